"""People, customers, and how somebody signs in."""

"""One record and many: described, shown, found, viewed, paired; and what waits for people."""

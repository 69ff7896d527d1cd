"""The paper side: volumes, places, loans, reserved numbers, and the sheets that go on the shelf."""

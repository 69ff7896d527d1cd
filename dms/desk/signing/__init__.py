"""Three signatures before filing (R3, R4), and filing itself."""

"""What the core asks of the world, as Protocols and the plain values that cross them."""

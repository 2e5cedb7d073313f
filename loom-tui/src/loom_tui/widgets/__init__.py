"""What the interface is made of."""

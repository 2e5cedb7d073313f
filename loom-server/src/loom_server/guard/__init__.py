"""What stands before every route: who may ask, from where, and how much."""

"""The form of a backend: where it is, what it may do, and whether it answers."""

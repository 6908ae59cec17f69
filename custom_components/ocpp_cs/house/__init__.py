"""The server as a device: what is wanted of the house, and what limits all of it."""

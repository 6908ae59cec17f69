"""The access to a server: allowed addresses, secrets, and refused devices."""

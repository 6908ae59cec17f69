"""Solar charging: the surplus, when to start and stop, and on how many phases."""

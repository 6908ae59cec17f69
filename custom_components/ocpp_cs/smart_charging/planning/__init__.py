"""Plans: cars that are ready in time at the lowest cost, together under one fuse."""

"""What upstreams ask for: answered here, by the roles that each of them has."""

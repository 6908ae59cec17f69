"""How chargers differ from the specification, as data."""

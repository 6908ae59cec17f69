"""Plans: a car that is ready in time, at the cheapest hours."""

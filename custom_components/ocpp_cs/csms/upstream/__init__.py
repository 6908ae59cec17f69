"""Further backends: for each of them, each charge point is played as it wants to see it."""

"""Control which charge points may connect, and how many at once."""

"""The car at a charger: what it takes, what was learned of it, and how it is woken."""

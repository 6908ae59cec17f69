"""The Energy dashboard: what its settings say of the house, and chargers that are added to it."""

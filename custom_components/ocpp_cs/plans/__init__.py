"""Charge plans: vehicles that are ready in time, charged at the cheapest hours."""

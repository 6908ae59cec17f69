"""Charge plans: vehicles that are ready in time."""

"""Chargers that were removed, and what is proposed when they come back."""

"""Chargers that are removed, and added again."""

"""Vehicles that discharge although nobody allowed it."""

"""Vehicles that tell more of themselves than a pilot signal does."""

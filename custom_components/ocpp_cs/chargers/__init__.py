"""Chargers as devices of Home Assistant."""

"""Targets that hold in the charger, also without Home Assistant, and priority charging."""

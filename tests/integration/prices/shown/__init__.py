"""Prices on the displays of chargers, in Home Assistant."""

"""Prices on the displays of chargers: which ones, for whom, and in which words."""

"""Charge control: the charge modes, with the meter of the house."""

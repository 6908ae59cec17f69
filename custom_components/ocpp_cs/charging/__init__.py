"""Charge control: the charge modes, based on the meter of the house."""

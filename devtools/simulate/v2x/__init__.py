"""Weeks with a car that can supply the house, beside the same car that only charges."""

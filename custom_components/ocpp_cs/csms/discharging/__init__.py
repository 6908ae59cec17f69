"""Vehicles that can discharge: what is allowed and possible at a connector (2.1: Q)."""

"""Vehicles: who they are, at which connector each one is, and what applies to each."""

"""Vehicles that discharge: what they gave back in a session, and what nobody allowed."""

"""Limits of sessions that charge points keep by themselves, and priority charging."""

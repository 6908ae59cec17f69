"""Targets that chargers keep by themselves, and priority charging."""

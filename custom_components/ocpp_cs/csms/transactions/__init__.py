"""Charging sessions: ids, duplicates, replays, and their storage."""

"""Charging sessions: ids, duplicates, replays and storage."""

"""Sentences for the voice assistant."""

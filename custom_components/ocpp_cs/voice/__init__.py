"""Sentences for the voice assistant: start, stop, charge mode, and whether a car is full."""

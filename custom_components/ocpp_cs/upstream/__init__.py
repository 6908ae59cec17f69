"""Backends: further systems that are told of sessions, or may even control."""

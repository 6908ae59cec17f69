"""The actions: their fields, their schemas and their handlers."""

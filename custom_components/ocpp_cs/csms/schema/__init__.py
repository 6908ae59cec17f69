"""Validate payloads by the JSON schemas of OCPP, and salvage invalid ones."""

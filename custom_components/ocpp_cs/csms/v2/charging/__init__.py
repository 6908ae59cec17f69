"""Charging profiles of OCPP 2: their rules, their commands, and what is installed (K)."""

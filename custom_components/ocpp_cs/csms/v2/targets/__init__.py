"""Limits of transactions, and priority charging, as OCPP 2.1 spells them (E16, K21, K22)."""

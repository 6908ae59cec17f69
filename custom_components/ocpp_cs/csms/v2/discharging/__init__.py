"""Discharging vehicles, as OCPP 2.1 spells them: abilities, needs, energy transfers (Q)."""

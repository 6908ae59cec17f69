"""OCPP 2.0.1 as a charging station speaks it to an upstream."""

"""OCPP 1.6 as a charge point speaks it to an upstream."""

"""The calls of a charging station in OCPP 2, by subject."""

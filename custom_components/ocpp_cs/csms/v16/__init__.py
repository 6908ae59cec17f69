"""OCPP 1.6: inbound calls to the model, commands to outbound calls."""

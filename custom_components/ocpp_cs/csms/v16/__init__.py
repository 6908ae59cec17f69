"""OCPP 1.6: convert inbound calls to the model, and commands to outbound calls."""

"""OCPP 2.0.1 at the edge: inbound calls, commands, the device model, set-up."""

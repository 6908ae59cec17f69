"""The device model of OCPP 2: components, variables, and what they mean."""

"""What only profiles of OCPP 2.1 can do."""

"""What only OCPP 2.1 has, at the central system."""

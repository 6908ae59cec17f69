"""What OCPP 2.1 adds to transactions: limits, resumption, priority."""

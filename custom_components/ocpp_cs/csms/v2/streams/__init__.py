"""Values that a station of OCPP 2.1 sends all the time, without an answer (N11 to N15)."""

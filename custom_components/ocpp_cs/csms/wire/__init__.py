"""From bytes to calls: listening, websockets, and OCPP-J."""

"""The server, its websockets, and the OCPP-J messages."""

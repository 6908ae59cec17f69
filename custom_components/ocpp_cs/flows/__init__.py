"""The flows that configure the server, its chargers, id tags and charge control."""

"""Forms: the server, its chargers, tags and charge control."""

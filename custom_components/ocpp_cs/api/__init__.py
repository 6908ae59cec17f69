"""What the dashboard and the card are told over Home Assistant's WebSocket."""

"""What the dashboard is told over Home Assistant's WebSocket."""

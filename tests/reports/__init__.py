"""What people reported of their chargers, replayed over a real socket in a real hass."""

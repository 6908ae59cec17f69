"""What a station watches by itself, and tells of: monitors, streams."""

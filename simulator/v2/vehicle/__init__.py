"""What a station tells of the cars at it."""

"""What others say of charging: the needs of vehicles, and limits from elsewhere."""

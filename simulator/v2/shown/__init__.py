"""What a station shows: tariffs and costs, and messages."""

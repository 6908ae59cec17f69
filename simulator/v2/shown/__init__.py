"""What a station shows to people: messages, costs."""

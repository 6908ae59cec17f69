"""What a station watches by itself, and what becomes of that: events and problems."""

"""Past sessions: their storage, cost and export."""

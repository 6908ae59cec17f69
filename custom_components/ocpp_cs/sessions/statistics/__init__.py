"""Long-term statistics of what was charged, at the hour when it was charged."""

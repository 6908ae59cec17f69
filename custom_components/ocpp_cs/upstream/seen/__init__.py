"""What is seen of backends: their entities, repairs and diagnostics."""

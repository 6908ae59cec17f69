"""From sampled values to measurements."""

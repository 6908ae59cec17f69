"""Convert sampled values to measurements."""

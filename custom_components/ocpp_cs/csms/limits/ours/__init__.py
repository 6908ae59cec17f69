"""The charging profiles of ours that a charge point has."""

"""The parts of a session's energy: when it was charged, from where, at what cost."""

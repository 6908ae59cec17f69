"""Passwords and certificates: pure functions, which any room may use."""

"""Passwords, TLS and certificates on the charger's side: security profiles 0 to 3."""

"""Limits of the current, and the charging profiles that tell them."""

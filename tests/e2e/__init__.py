"""A real Home Assistant, a real browser, and what a user sees."""

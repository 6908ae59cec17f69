"""Block E: transactions (E16, E17)."""

USE_CASES: dict[str, tuple[str, str]] = {}
"""Use case -> its title and its requirements."""

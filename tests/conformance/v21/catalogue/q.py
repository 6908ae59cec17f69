"""Block Q: bidirectional charging (Q01 to Q12)."""

USE_CASES: dict[str, tuple[str, str]] = {}
"""Use case -> its title and its requirements."""

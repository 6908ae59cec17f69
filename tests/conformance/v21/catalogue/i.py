"""Block I: tariffs and costs (I07 to I12)."""

USE_CASES: dict[str, tuple[str, str]] = {}
"""Use case -> its title and its requirements."""

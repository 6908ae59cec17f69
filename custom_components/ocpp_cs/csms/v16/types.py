"""The neutral types of the model as OCPP 1.6 has them on the wire, and back."""

_NO_ID = (None, -1, 0)
"""What stands for the id of a transaction that never got any (errata 3.18, 3.54)."""


def transaction_id_of(number: int | None) -> str | None:
    """Return the id that a charge point names a transaction by, None for none."""
    return None if number in _NO_ID else str(number)

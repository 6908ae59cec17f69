"""The tag of what Home Assistant starts by itself: the charger always accepts it."""

import secrets

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_RANDOM_LETTERS = 14
"""70 bits; with what stands before them 16 of the 20 characters of OCPP 1.6."""


def new_own_tag() -> str:
    """Return a tag that nobody can guess, and that every charger takes.

    Who knew it could charge with it, whatever cards are known.
    """
    return "HA" + "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM_LETTERS))

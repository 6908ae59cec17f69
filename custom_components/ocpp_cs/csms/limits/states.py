"""The states of a limit."""

from enum import StrEnum


class LimitState(StrEnum):
    """What became of the intent."""

    NONE = "none"
    """Nothing is wanted, and nothing of ours is installed."""
    PENDING = "pending"
    """It is to be sent: once connected, once a session runs, after the last one."""
    SWITCHING = "switching"
    """The phases are being changed."""
    APPLIED = "applied"
    HELD = "held"
    """A charging profile of a user goes before it."""
    REFUSED = "refused"
    """The charge point took it in no way, or did not answer."""
    IGNORED = "ignored"
    """The charge point took it, twice, and charges with more."""

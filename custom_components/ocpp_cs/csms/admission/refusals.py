"""Who was sent away before it could say a word, and why."""

from dataclasses import dataclass
from enum import StrEnum


class RefusalReason(StrEnum):
    """What was wrong with how a charge point connects."""

    NO_ID = "no_id"
    """Its path ends with no charge point id, or with one that cannot be read."""
    PROTOCOL_UNKNOWN = "protocol_unknown"
    """It offers subprotocols, and none of them is spoken here."""
    PROTOCOL_MISSING = "protocol_missing"
    """It offers no subprotocol, and has to."""
    ADDRESS = "address"
    """Its address is none of those that may connect."""
    NO_SECRET = "no_secret"
    """It came without its secret, and has to have it."""
    OTHER_VERSION = "other_version"
    """It offers no subprotocol, and then speaks a version that is not spoken here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A websocket that was refused for what it asked for."""

    reason: RefusalReason
    remote: str
    """The address of the other side, which may be a proxy; empty if it has gone."""
    path: str
    """As it came, without query and without what may be a secret."""
    charge_point_id: str | None
    subprotocols_offered: tuple[str, ...]
    version: str = ""
    """The version of OCPP that its messages showed, as users know it."""

    @property
    def versions(self) -> str:
        """What it speaks, as far as it said."""
        return self.version or ", ".join(self.subprotocols_offered)

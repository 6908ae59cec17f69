"""Tags: the tokens that say who charges (OCPP 1.6: IdToken, 7.28; 2.x: IdTokenType, 2.26)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_TAG_LENGTH: Final = 20
"""Characters of a tag in OCPP 1.6, and so of every tag that is to work with all chargers."""

MAX_TAG_LENGTH_201: Final = 36
"""Characters of a tag in OCPP 2.0.1."""

MAX_TAG_LENGTH_21: Final = 255
"""Characters of a tag in OCPP 2.1."""


class TagKind(StrEnum):
    """IdTokenEnumType of OCPP 2.0.1 (3.43), and what 2.1 adds to it."""

    CENTRAL = "central"
    """Made by the central system, such as the tag of remote starts."""
    DIRECT_PAYMENT = "direct_payment"
    EMAID = "emaid"
    """The contract of a vehicle (ISO 15118)."""
    EVCCID = "evccid"
    ISO14443 = "iso14443"
    ISO15693 = "iso15693"
    KEY_CODE = "key_code"
    """Typed in; must not be logged (C04.FR.04)."""
    LOCAL = "local"
    """Made by the charge point."""
    MAC_ADDRESS = "mac_address"
    NO_AUTHORIZATION = "no_authorization"
    """None is needed; the id is empty."""
    VIN = "vin"


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as a charge point presents it.

    Args:
        id: As the charge point spells it.
        kind: What it is; None where the version of OCPP does not say (1.6).
    """

    id: str
    kind: TagKind | None = None

    @property
    def key(self) -> str:
        """Return what tags are compared by: see `tag_key`."""
        return tag_key(self.id)


def tag_key(tag_id: str) -> str:
    """Return what tags are compared by: without case (7.28), without padding."""
    return tag_id.strip(" \t\r\n\0").casefold()

"""Id tags (OCPP 1.6: IdToken, 7.28; 2.x: IdTokenType, 2.26)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_TAG_LENGTH: Final = 20
"""Characters of an id tag in OCPP 1.6, the limit for use at all charge points."""

MAX_TAG_LENGTH_201: Final = 36
"""Characters of an id tag in OCPP 2.0.1."""

MAX_TAG_LENGTH_21: Final = 255
"""Characters of an id tag in OCPP 2.1."""


_MASKED: Final = "***"

_LEGIBLE_FROM: Final = 6
"""Characters of a key code from which its last two are shown."""


class TagKind(StrEnum):
    """IdTokenEnumType of OCPP 2.0.1 (3.43), with the additions of 2.1."""

    CENTRAL = "central"
    """Created by the central system, such as the id tag of remote starts."""
    DIRECT_PAYMENT = "direct_payment"
    EMAID = "emaid"
    """The contract of a vehicle (ISO 15118)."""
    EVCCID = "evccid"
    ISO14443 = "iso14443"
    ISO15693 = "iso15693"
    KEY_CODE = "key_code"
    """Typed in; must not be logged (C04.FR.04)."""
    LOCAL = "local"
    """Created by the charge point."""
    MAC_ADDRESS = "mac_address"
    NO_AUTHORIZATION = "no_authorization"
    """No authorization is needed; the id is empty."""
    VIN = "vin"


@dataclass(frozen=True, slots=True)
class Tag:
    """An id tag as a charge point sends it.

    Args:
        id: The id in the charge point's spelling.
        kind: Its type; None in OCPP 1.6, which has no types.
    """

    id: str
    kind: TagKind | None = None

    @property
    def key(self) -> str:
        """The key for comparisons: see `tag_key`."""
        return tag_key(self.id)

    @property
    def shown(self) -> str:
        """The id as it may be kept and shown: that of a key code is masked."""
        return masked_code(self.id) if self.kind is TagKind.KEY_CODE else self.id


def masked_code(code: str) -> str:
    """Return a code that was typed in, of which at most the end can be read.

    Short ones are hidden altogether, as the rest of them could be tried.
    """
    return f"{_MASKED}{code[-2:]}" if len(code) >= _LEGIBLE_FROM else _MASKED


def is_masked(tag_id: str) -> bool:
    """Return whether an id is that of a masked code, so that nobody can present it."""
    return tag_id.startswith(_MASKED)


def tag_key(tag_id: str) -> str:
    """Return the key by which id tags are compared: without case (7.28) and padding."""
    return tag_id.strip(" \t\r\n\0").casefold()

"""What stands for an id tag where somebody may not know it: a tag can be copied by its id."""

from collections.abc import Iterable
from hashlib import blake2b
from secrets import token_bytes
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ...const import DOMAIN
from ...csms.model.tags import tag_key

_SECRET: HassKey[bytes] = HassKey(f"{DOMAIN}_handles")
_SIGN: Final = "#"
_LETTERS: Final = 8


class Handles:
    """The handles of id tags; they are others after each start."""

    def __init__(self, secret: bytes) -> None:
        """Make handles that only who has the secret can make."""
        self._secret = secret

    def of(self, id_tag: str) -> str:
        """Return the handle of an id tag; an empty one has none."""
        if not id_tag:
            return ""
        made = blake2b(tag_key(id_tag).encode(), key=self._secret, digest_size=16)
        return f"{_SIGN}{made.hexdigest()[:_LETTERS]}"

    def find(self, handle: str, id_tags: Iterable[str]) -> str | None:
        """Return which of the tags a handle stands for; None if it is none of them."""
        return next((tag for tag in id_tags if self.of(tag) == handle), None)


@callback
def async_handles(hass: HomeAssistant) -> Handles:
    """Return what makes handles in this run of Home Assistant."""
    return Handles(hass.data.setdefault(_SECRET, token_bytes(32)))

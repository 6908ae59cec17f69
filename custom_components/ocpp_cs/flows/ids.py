"""The charge point id that a user enters, maybe with the address before it."""

from urllib.parse import unquote

from ..const import CONF_CHARGE_POINT_ID

_LONGEST = 255


def entered_id(text: str) -> tuple[str, dict[str, str]]:
    """Return the id, which is the last part of an address, and the errors of the form."""
    text = text.strip()
    scheme, separator, rest = text.partition("://")
    if separator and scheme.isalpha():
        path = rest.partition("?")[0].partition("#")[0].partition("/")[2]
        text = unquote(path.strip("/").rpartition("/")[2])
        if not text:
            return "", {CONF_CHARGE_POINT_ID: "address_without_id"}
    elif "/" in (text := text.strip("/")):
        return text, {CONF_CHARGE_POINT_ID: "id_with_slash"}
    if not text.isprintable() or not 0 < len(text) <= _LONGEST:
        return text, {CONF_CHARGE_POINT_ID: "invalid_id"}
    return text, {}

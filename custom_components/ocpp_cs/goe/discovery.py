"""The mDNS data of a go-eCharger (`_http._tcp.local.`); to be confirmed over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
import re

_MANUFACTURERS = ("go-e", "fronius")
_TYPES = ("go-echarger", "wattpilot")
_SERIAL = re.compile(r"\d{4,12}")
_NAMED = re.compile(
    r"(?P<model>go-echarger(?:_(?:v\d+|pro|phoenix))?|wattpilot)[_ -](?P<serial>\d{4,12})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """A charger in mDNS data."""

    serial: str | None
    model: str | None
    name: str | None
    """The name that the user has given."""


def discovered(
    name: str, properties: Mapping[str, object], hostname: str = ""
) -> Discovered | None:
    """Return the charger of a service; None if it is not a go-eCharger.

    `name` is the service's ("go-echarger_123456._http._tcp.local."), `hostname` the
    server's, `properties` the TXT record: serial, manufacturer, devicetype,
    friendly_name.
    """
    told = {
        key.lower(): value.strip()
        for key, value in properties.items()
        if isinstance(value, str)
    }
    model = told.get("devicetype", "")
    maker = told.get("manufacturer", "").lower()
    named = _NAMED.match(name) or _NAMED.match(hostname)
    if model:
        # The go-e Controller is not a charger.
        if not model.lower().startswith(_TYPES):
            return None
        if maker and not maker.startswith(_MANUFACTURERS):
            return None
    elif not named:
        return None
    serial = told.get("serial", "")
    if not _SERIAL.fullmatch(serial):
        serial = named["serial"] if named else ""
    return Discovered(
        serial=serial or None,
        model=model[:100] or None,
        name=told.get("friendly_name", "")[:100] or None,
    )

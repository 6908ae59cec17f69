"""The keys that a set-up changes, and their types."""

from dataclasses import dataclass

from .values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The type of a key's value."""

    kind: type[bool | int | str]
    null: bool = False
    high: int = 2**31 - 1
    write_only: bool = False
    """True if the charger reports only whether the key is set, as a bool."""

    def fits(self, value: Json) -> bool:
        """Return whether the charger can report this value for the key."""
        if self.write_only:
            return isinstance(value, bool)
        if value is None:
            return self.null
        if type(value) is not self.kind:
            return False
        return self.kind is not int or 0 <= int(value) <= self.high

    def reported(self, value: Json) -> Json:
        """Return the value that the charger reports after this one was written."""
        return bool(value) if self.write_only else value


_FLAG = Setting(kind=bool)
_TEXT = Setting(kind=str)
_BYTE = Setting(kind=int, high=255)
_SECONDS = Setting(kind=int)
_PEM = Setting(kind=str, write_only=True)

SETTINGS = {
    "ocppd": _TEXT,
    "ocppi": _SECONDS,
    "ocpph": _SECONDS,
    "ocppsc": _PEM,
    "ocppcc": _PEM,
    "ocppck": _PEM,
    "ocppg": _FLAG,
    "ocppss": _FLAG,
    "ocppcn": _FLAG,
    "ocppu": _TEXT,
    "ocppe": _FLAG,
    "ocppf": Setting(kind=int, null=True, high=255),
    "lmo": _BYTE,
    "fup": _FLAG,
    "awe": _FLAG,
    "psm": _BYTE,
    "acp": _FLAG,
    "acs": _BYTE,
    "amp": _BYTE,
    "frc": _BYTE,
}
"""The settings in the order in which they are written; plan.py has the reasons."""

TLS = frozenset({"ocppsc", "ocppcc", "ocppck", "ocppg", "ocppss", "ocppcn"})
"""Settings of encryption; without effect while the scheme of `ocppu` is ws."""

WRITE_ONLY = frozenset(key for key, setting in SETTINGS.items() if setting.write_only)
"""Settings that cannot be restored once they are overwritten, only removed."""

CONNECTING = TLS | {"ocppd", "ocppi", "ocpph", "ocppu", "ocppe"}
"""Settings that connect the charger; the others follow when it is connected."""

TOLD_BY_OCPP = frozenset({"ocppi", "ocpph"})
"""Settings that OCPP changes, too: any value is ours while `ocppu` is ours."""

PASSING = frozenset({"frc"})
"""Settings that the charger resets when the car leaves; not restored months later."""

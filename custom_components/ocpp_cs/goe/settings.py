"""The keys that a set-up changes, and their types."""

from dataclasses import dataclass

from .values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The type of a key's value."""

    kind: type[bool | int | str]
    null: bool = False
    high: int = 2**31 - 1

    def fits(self, value: Json) -> bool:
        """Return whether a value is valid for this key."""
        if value is None:
            return self.null
        if type(value) is not self.kind:
            return False
        return self.kind is not int or 0 <= int(value) <= self.high


_FLAG = Setting(kind=bool)
_TEXT = Setting(kind=str)
_BYTE = Setting(kind=int, high=255)
_SECONDS = Setting(kind=int)

SETTINGS = {
    "ocppd": _TEXT,
    "ocppi": _SECONDS,
    "ocpph": _SECONDS,
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

CONNECTING = frozenset({"ocppd", "ocppi", "ocpph", "ocppu", "ocppe"})
"""Settings that connect the charger; the others follow when it is connected."""

TOLD_BY_OCPP = frozenset({"ocppi", "ocpph"})
"""Settings that OCPP changes, too: any value is ours while `ocppu` is ours."""

PASSING = frozenset({"frc"})
"""Settings that the charger resets when the car leaves; not restored months later."""

"""The keys that a set-up changes, and what they take."""

from dataclasses import dataclass

from .values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a key takes."""

    kind: type[bool | int | str]
    null: bool = False
    high: int = 2**31 - 1

    def fits(self, value: Json) -> bool:
        """Whether that is a value of this key."""
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
"""In the order in which they are written; see plan.py for the reasons."""

CONNECTING = frozenset({"ocppd", "ocppi", "ocpph", "ocppu", "ocppe"})
"""Those that bring the charger to the central system; the others wait until it is there."""

TOLD_BY_OCPP = frozenset({"ocppi", "ocpph"})
"""The central system writes these, too: whatever they are while `ocppu` is ours is ours."""

PASSING = frozenset({"frc"})
"""Ends by itself when the car leaves, so that it is no setting to put back months later."""

"""Texts for go-e's names and numbers, in the language of the user.

Forms show them within longer texts, which the frontend does not translate.
"""

from collections.abc import Iterable
from typing import Any

from homeassistant.core import HomeAssistant

from ..const import DOMAIN
from ..foreign_text import Markdown, shown
from ..forms.language import async_texts
from ..goe.connection import classify
from ..goe.enums import (
    AccessControl,
    ForceState,
    LogicMode,
    OcppFailure,
    PhaseMode,
    Suitability,
)
from ..goe.errors import (
    ErrorKey,
    GoEError,
    KeysRefusedError,
    NotKeptError,
    OcppNotConnectedError,
    SetUpFailedError,
    TooLongError,
)
from ..goe.plan import Change, Hindrance, Plan, Reason
from ..goe.restore import Backup
from ..goe.settings import SETTINGS, WRITE_ONLY
from .setup import NotHereError

_NAMED_VALUES = frozenset({"acs", "frc", "lmo", "psm"})
_UNITS = {"amp": "A", "ocppf": "A", "ocppi": "s", "ocpph": "s"}

WORDS: dict[str, tuple[str, ...]] = {
    "goe_setting": tuple(SETTINGS),
    "goe_reason": tuple(Reason),
    "goe_value": (
        *("on", "off", "nothing", "as_before", "set", "unset"),
        *(f"acs_{value}" for value in AccessControl),
        *(f"frc_{value}" for value in ForceState),
        *(f"lmo_{value}" for value in LogicMode),
        *(f"psm_{value}" for value in PhaseMode),
    ),
    "goe_hindrance": tuple(Hindrance),
    "goe_suitability": ("old", "unknown"),
    "goe_note": (
        *("setting", "before", "after", "no_changes"),
        *("replaces", "unreadable", "left", "undone", "encrypt_later"),
    ),
    "goe_failure": (
        *OcppFailure,
        *("not_here", "keys_refused", "not_kept", "too_long"),
        *ErrorKey,
    ),
    "goe_raise_hindrance": (
        *("under_way", "no_password", "no_tls", "no_route"),
        *ErrorKey,
    ),
    "goe_raise_failure": (
        *("goe_failed", "no_certificate"),
        *("under_way", "no_password", "no_tls", "no_route"),
        *ErrorKey,
    ),
    "goe_raise_note": ("key_in_the_open", "overwritten"),
}
"""The keys that have texts, among the translations of selectors."""


class Texts:
    """The translated texts of the forms."""

    def __init__(self, texts: dict[str, str]) -> None:
        """Initialize with the translations of the selectors."""
        self._texts = texts

    @classmethod
    async def async_load(cls, hass: HomeAssistant) -> Texts:
        """Return them in the language of the user who is shown a form."""
        return cls(await async_texts(hass, "selector"))

    def __call__(self, kind: str, key: str) -> str:
        """Return the text of `key` in the selector `kind`."""
        full = f"component.{DOMAIN}.selector.goe_{kind}.options.{key}"
        return self._texts.get(full, key)

    def value(self, key: str, value: Any) -> str:
        """Return the value of a setting as text."""
        if key in _NAMED_VALUES:
            named = self("value", f"{key}_{value}")
            return named if named != f"{key}_{value}" else shown(value)
        if key in WRITE_ONLY:
            return self("value", "set" if value else "unset")
        match value:
            case True:
                return self("value", "on")
            case False:
                return self("value", "off")
            case None:
                return self("value", "as_before" if key == "ocppf" else "nothing")
            case int() if key in _UNITS:
                return f"{value} {_UNITS[key]}"
        return shown(value)

    def changes(self, changes: Iterable[Change]) -> Markdown:
        """Return a table (Markdown) of the changes and their reasons.

        With a separate column for the reasons, the columns would be too narrow to read.
        """
        rows = [
            f"| **{self('setting', change.key)}** (`{change.key}`)"
            f"<br>{self('reason', change.reason)} "
            f"| {self.value(change.key, change.old)} "
            f"| {self.value(change.key, change.new)} |"
            for change in changes
        ]
        if not rows:
            return Markdown(self("note", "no_changes"))
        head = " | ".join(
            self("note", column) for column in ("setting", "before", "after")
        )
        return Markdown("\n".join([f"| {head} |", "|---|---|---|", *rows]))

    def values(self, backup: Backup) -> Markdown:
        """Return a list (Markdown) of the earlier values."""
        return Markdown(
            "\n".join(
                f"- {self('setting', key)} (`{key}`): {self.value(key, value)}"
                for key, value in backup.before.items()
                if value != backup.ours.get(key)
            )
        )

    def notes(self, plan: Plan, *, can_encrypt: bool) -> Markdown:
        """Return further notes for the user; empty if there are none.

        `can_encrypt` is whether the connection can be encrypted afterwards.
        """
        notes = []
        if plan.replaces is not None:
            notes.append(f"{self('note', 'replaces')} {shown(plan.replaces)}")
        if plan.unreadable:
            keys = ", ".join(f"`{key}`" for key in plan.unreadable)
            notes.append(f"{self('note', 'unreadable')} {keys}")
        notes += [self("hindrance", hindrance) for hindrance in plan.hindrances]
        if can_encrypt:
            notes.append(self("note", "encrypt_later"))
        return Markdown("\n".join(f"- {note}" for note in notes))

    def warning(self, suitability: Suitability) -> Markdown:
        """Return a warning about the firmware; empty if there is none."""
        if suitability is Suitability.GOOD:
            return Markdown()
        return Markdown(self("suitability", suitability))

    def failure(self, err: GoEError) -> Markdown:
        """Return the reason of a failed set-up as text."""
        parts = []
        cause = err.cause if isinstance(err, SetUpFailedError) else err
        match cause:
            case NotHereError():
                parts.append(self("failure", "not_here"))
            case OcppNotConnectedError(failure=failure):
                parts.append(self("failure", failure))
            case KeysRefusedError(refusals=refusals):
                parts.append(self("failure", "keys_refused"))
                parts += [
                    f"- `{key}`: {shown(words)}" for key, words in refusals.items()
                ]
            case NotKeptError(found=found):
                parts.append(self("failure", "not_kept"))
                parts += [f"- `{key}`: {shown(value)}" for key, value in found.items()]
            case TooLongError():
                parts.append(self("failure", "too_long"))
            case _:
                parts.append(self("failure", cause.key))
        if isinstance(err, SetUpFailedError):
            if err.left:
                keys = ", ".join(f"`{key}`" for key in err.left)
                parts.append(f"\n{self('note', 'left')} {keys}")
            else:
                parts.append(f"\n{self('note', 'undone')}")
        return Markdown("\n".join(parts))


_LONGEST_WORDS = 300
"""The maximum length of a message; the cause is at the end of a charger's errors."""


def own_words(err: GoEError) -> Markdown:
    """Return the charger's own error message, formatted as code."""
    cause = err.cause if isinstance(err, SetUpFailedError) else err
    match cause:
        case OcppNotConnectedError(text=text):
            return shown(text or "", _LONGEST_WORDS)
        case NotHereError():
            return Markdown("–")
    return shown(cause, _LONGEST_WORDS)


def ocpp_error(text: str | None) -> str:
    """Return the state for the error in `ocpple`; "none" without an error."""
    return "none" if text is None else classify(text).value


OCPP_ERRORS = ["none", *(failure.value for failure in OcppFailure)]

"""The configuration keys of a charge point: GetConfiguration, ChangeConfiguration."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a value is made of."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    LIST = "list"  # of names, separated by commas


@dataclass(slots=True)
class Key:
    """One configuration key. Its value is always text, as on the wire."""

    name: str
    value: str
    kind: Kind = Kind.TEXT
    readonly: bool = False
    minimum: int | None = None
    maximum: int | None = None
    reboot: bool = False
    """A change counts after the next reboot only."""
    write_only: bool = False
    raises: bool = False
    """A number below the minimum is raised to it, not refused."""
    allowed: frozenset[str] | None = None
    """The members a list may have."""


def integer(name: str, value: int, **more: Any) -> Key:
    """Return a key that holds a whole number."""
    more.setdefault("minimum", 0)
    return Key(name, str(value), Kind.INTEGER, **more)


def boolean(name: str, value: bool, **more: Any) -> Key:
    """Return a key that holds true or false."""
    return Key(name, "true" if value else "false", Kind.BOOLEAN, **more)


def names(name: str, value: str, **more: Any) -> Key:
    """Return a key that holds names with commas between."""
    return Key(name, value, Kind.LIST, **more)


class Configuration:
    """The keys of one charge point, in the order it lists them."""

    def __init__(
        self, keys: Iterable[Key], *, readonly_answer: str = "Rejected"
    ) -> None:
        """Take the keys; `readonly_answer` is the status for a change of such one."""
        self._keys = {key.name.lower(): key for key in keys}
        self._readonly_answer = readonly_answer
        self.listener: Callable[[str], None] | None = None
        """Called with the name of each key that got another value."""

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._keys

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys.values())

    def __getitem__(self, name: str) -> Key:
        return self._keys[name.lower()]

    def integer(self, name: str, default: int = 0) -> int:
        """Return a number; `default` when there is no such key."""
        key = self._keys.get(name.lower())
        return int(key.value) if key else default

    def boolean(self, name: str, default: bool = False) -> bool:
        """Return a truth; `default` when there is no such key."""
        key = self._keys.get(name.lower())
        return key.value == "true" if key else default

    def names(self, name: str) -> list[str]:
        """Return the members of a list; empty when there is no such key."""
        key = self._keys.get(name.lower())
        if key is None:
            return []
        return [part.strip() for part in key.value.split(",") if part.strip()]

    def put(self, name: str, value: str) -> None:
        """Set a value from inside, whatever the key allows; unknown ones are left."""
        key = self._keys.get(name.lower())
        if key is not None and key.value != value:
            key.value = value
            if self.listener is not None:
                self.listener(key.name)

    def get(
        self, wanted: Iterable[str] | None, *, digit_booleans: bool = False
    ) -> tuple[list[dict[str, Any]], list[str]]:
        """Return the entries of GetConfiguration.conf and the unknown names.

        None or nothing wanted is everything.
        """
        wanted = list(wanted or ())
        unknown = [name for name in wanted if name not in self]
        keys = (
            [self[name] for name in wanted if name in self]
            if wanted
            else list(self._keys.values())
        )
        entries: list[dict[str, Any]] = []
        for key in keys:
            entry: dict[str, Any] = {"key": key.name, "readonly": key.readonly}
            if not key.write_only:
                value = key.value
                if digit_booleans and key.kind is Kind.BOOLEAN:
                    value = str(int(value == "true"))
                entry["value"] = value
            entries.append(entry)
        return entries, unknown

    def change(self, name: str, value: str) -> str:
        """Change a key as ChangeConfiguration asks for; return the status."""
        if name not in self:
            return "NotSupported"
        key = self[name]
        if key.readonly:
            return self._readonly_answer
        clean = self._clean(key, value)
        if clean is None:
            return "Rejected"
        self.put(name, clean)
        return "RebootRequired" if key.reboot else "Accepted"

    @staticmethod
    def _clean(key: Key, value: str) -> str | None:
        if key.kind is Kind.BOOLEAN:
            text = value.strip().lower()
            if text in ("true", "1"):
                return "true"
            return "false" if text in ("false", "0") else None
        if key.kind is Kind.INTEGER:
            try:
                number = int(value)
            except ValueError:
                return None
            if key.minimum is not None and number < key.minimum:
                return str(key.minimum) if key.raises else None
            if key.maximum is not None and number > key.maximum:
                return None
            return str(number)
        if key.kind is Kind.LIST and key.allowed is not None:
            parts = [part.strip() for part in value.split(",") if part.strip()]
            if any(part not in key.allowed for part in parts):
                return None
            return ",".join(parts)
        return value

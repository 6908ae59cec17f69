"""Mask passwords in frames, before these are kept or logged.

A password is in the frames that write a setting, or that list all settings. Whatever
stands in one object with the name of such a setting is masked, in frames that are
broken, too. In these, too much is masked rather than too little.
"""

from collections.abc import Iterable, Iterator, Mapping
import re
from typing import Any, Final

import orjson

from ..schema.wording import squash

MASKED: Final = "***"

_TOKEN = re.compile(
    r"""
    "(?:[^"\\]|\\.)*(?:"|\\?$)     # A text; its end may be missing.
    | '(?:[^'\\]|\\.)*(?:'|\\?$)
    | [{}\[\]:,]
    | [^\s{}\[\],:"']+             # A number, or a text without quotes.
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME = re.compile(r"""["']?[A-Za-z_. -]{1,60}["']?""")
"""A text that is nothing but a name."""
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_OPENING, _CLOSING, _SIGNS = "{[", "}]", "{}[]:,"
_LITERALS = frozenset({"true", "false", "null"})

_LONGEST = 16 * 1024
"""Bytes of a frame that are masked; the rest is cut off. Fewer are kept or logged."""


class Mask:
    """Masks the values of some settings, and texts that are known to be secret."""

    def __init__(self, names: Iterable[str]) -> None:
        """Create a mask.

        Args:
            names: The names of the settings; only their letters and digits matter.
        """
        self._names = tuple(map(squash, names))
        self._hints = frozenset(name[:4].encode() for name in self._names)
        """Hardly any frame has one of these: all others cost next to nothing."""

    def is_secret(self, name: str) -> bool:
        """Return whether a text is, or contains, the name of such a setting."""
        squashed = squash(name)
        return any(secret in squashed for secret in self._names)

    def masked(self, frame: bytes, hidden: Iterable[bytes] = ()) -> bytes:
        """Return a frame for logs; it may be shorter.

        Args:
            frame: The whole frame.
            hidden: Texts that must not be shown: see `hidden_texts`.
        """
        lower = frame.lower()
        if b"\\u" in lower or any(hint in lower for hint in self._hints):
            frame = self._mask_objects(frame[:_LONGEST])
        for text in hidden:
            if text.lower() in lower:
                frame = re.sub(
                    re.escape(text), MASKED.encode(), frame, flags=re.IGNORECASE
                )
        return frame

    def _mask_objects(self, frame: bytes) -> bytes:
        text = frame.decode("utf-8", "surrogateescape")
        tokens = list(_TOKEN.finditer(text))
        words = [token[0] for token in tokens]
        cut: set[int] = set()
        names: set[int] = set()
        for number, word in enumerate(words):
            name = _ESCAPE.sub(_unescaped, word)
            if self.is_secret(name):
                # There may be more than the name in the text.
                (names if _NAME.fullmatch(name) else cut).add(number)
                cut.update(_beside(words, number))
        parts: list[str] = []
        done = 0
        for number in sorted(cut - names):
            word, after = words[number], words[number + 1 : number + 2]
            if word in _SIGNS or word in _LITERALS or after == [":"]:
                continue
            parts += (text[done : tokens[number].start()], f'"{MASKED}"')
            done = tokens[number].end()
        return "".join((*parts, text[done:])).encode("utf-8", "surrogateescape")

    def cleaned(self, value: Any) -> Any:
        """Return a copy of data of JSON types without the values of such settings."""
        match value:
            case Mapping():
                names = any(
                    isinstance(one, str) and self.is_secret(one)
                    for one in value.values()
                )
                return {
                    name: self.cleaned(one)
                    for name, one in value.items()
                    if not self._is_value(name, one, of_secret=names)
                }
            case list():
                return [self.cleaned(one) for one in value]
            case _:
                return value

    def _is_value(self, name: str, value: Any, *, of_secret: bool) -> bool:
        if isinstance(value, bool) or str(value).lower() in (*_LITERALS, "none"):
            return False
        if self.is_secret(name):
            return True
        return of_secret and not (isinstance(value, str) and self.is_secret(value))


def hidden(secret: str, data: Any) -> Any:
    """Return a copy of data of JSON types, or a text, in which a secret is masked."""
    match data:
        case str():
            return re.sub(re.escape(secret), MASKED, data, flags=re.IGNORECASE)
        case Mapping():
            return {
                hidden(secret, name): hidden(secret, one) for name, one in data.items()
            }
        case list():
            return [hidden(secret, one) for one in data]
        case _:
            return data


def hidden_texts(secret: str) -> frozenset[bytes]:
    """Return the forms that a secret text can have in a frame."""
    plain = secret.encode("utf-8", "surrogateescape")
    written = {plain, orjson.dumps(secret.encode(errors="replace").decode())[1:-1]}
    return frozenset(filter(None, written))


def _beside(words: list[str], number: int) -> Iterator[int]:
    """Yield the numbers of the words that may be the value of a name.

    These are all in the same object, also those of objects in it; or those behind it,
    if it is in a list of names.
    """
    if _is_in_list(words, number):
        yield from _up_to(words, number, 1, "[", "]")
    else:
        yield from _up_to(words, number, -1, "}", "{")
        yield from _up_to(words, number, 1, "{", "}")


def _is_in_list(words: list[str], number: int) -> bool:
    """Return whether a name is an item of a list."""
    if words[number - 1 : number] not in (["["], [","]):
        return False
    if words[number + 1 : number + 2] not in (["]"], [","], []):
        return False
    depth = 0
    for word in reversed(words[:number]):
        if word in _CLOSING:
            depth += 1
        elif word in _OPENING:
            if not depth:
                return word == "["
            depth -= 1
    return False


def _up_to(
    words: list[str], number: int, step: int, begin: str, end: str
) -> Iterator[int]:
    """Yield the numbers of words up to an unmatched `end`."""
    depth, beside = 0, number + step
    while 0 <= beside < len(words):
        if words[beside] == begin:
            depth += 1
        elif words[beside] == end:
            if not depth:
                return
            depth -= 1
        yield beside
        beside += step


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))

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
    | [{}]
    | [^\s{}\[\],:"']+             # A number, or a text without quotes.
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME = re.compile(r"""["']?[A-Za-z_. -]{1,60}["']?""")
"""A text that is nothing but a name."""
_NAME_END = re.compile(r"\s*:")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
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
        cut: set[int] = set()
        names: set[int] = set()
        for number, token in enumerate(tokens):
            name = _ESCAPE.sub(_unescaped, token[0])
            if self.is_secret(name):
                # There may be more than the name in the text.
                (names if _NAME.fullmatch(name) else cut).add(number)
                cut.update(_object_around(tokens, number))
        parts: list[str] = []
        done = 0
        for number in sorted(cut - names):
            token = tokens[number]
            if token[0] in _LITERALS or _NAME_END.match(text, token.end()):
                continue
            parts += (text[done : token.start()], f'"{MASKED}"')
            done = token.end()
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
        if isinstance(value, bool) or value is None:
            return False
        if self.is_secret(name):
            return True
        return of_secret and not (isinstance(value, str) and self.is_secret(value))


def hidden(secret: str, text: str) -> str:
    """Return a text in which a secret is masked."""
    return re.sub(re.escape(secret), MASKED, text, flags=re.IGNORECASE)


def hidden_texts(secret: str) -> frozenset[bytes]:
    """Return the forms that a secret text can have in a frame."""
    plain = secret.encode("utf-8", "surrogateescape")
    written = {plain, orjson.dumps(secret.encode(errors="replace").decode())[1:-1]}
    return frozenset(filter(None, written))


def _object_around(tokens: list[re.Match[str]], number: int) -> Iterator[int]:
    """Yield the numbers of all tokens in the same object, also of those within it."""
    for step, begin, end in ((-1, "}", "{"), (1, "{", "}")):
        depth, beside = 0, number + step
        while 0 <= beside < len(tokens):
            match tokens[beside][0]:
                case word if word == begin:
                    depth += 1
                case word if word == end:
                    depth -= 1
                    if depth < 0:
                        break
                case _:
                    yield beside
            beside += step


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))

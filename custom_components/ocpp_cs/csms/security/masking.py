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
_SIGNS = frozenset("{}[]:,")
_LITERALS = frozenset({"true", "false", "null"})

_LONGEST = 16 * 1024
"""Bytes of a frame that are masked; the rest is cut off. Fewer are kept or logged."""


class Mask:
    """Masks the values of some settings, and texts that are known to be secret."""

    def __init__(self, names: Iterable[str], *, beside: Iterable[str] = ()) -> None:
        """Create a mask.

        Args:
            names: The names of the settings; only their letters and digits matter.
            beside: Names that stand in an object of their own, beside the value: the
                object around that one is masked as well.
        """
        self._beside = tuple(map(squash, beside))
        self._names = (*map(squash, names), *self._beside)
        self._hints = tuple({name[:4] for name in self._names})
        self._raw_hints = tuple(hint.encode() for hint in self._hints)
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
        is_hinted = b"\\u" in frame
        for hint in self._raw_hints:
            is_hinted |= hint in lower
        if is_hinted:
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
        parts: list[str] = []
        done = 0
        for number in self._values(words):
            parts += (text[done : tokens[number].start()], f'"{MASKED}"')
            done = tokens[number].end()
        return "".join((*parts, text[done:])).encode("utf-8", "surrogateescape")

    def _values(self, words: list[str]) -> Iterator[int]:
        """Yield the numbers of the words that may be values of such settings.

        These are all in the object that has the name, also those of objects in it; and
        all behind the name, if that is in a list of names.
        """
        scopes = _Scopes()
        places: list[tuple[int, bool]] = []
        names: set[int] = set()
        for number, word in enumerate(words):
            places.append((scopes.object, scopes.is_listed))
            if word in _SIGNS:
                scopes.pass_by(word)
                continue
            name = self._name_in(word)
            if name is None:
                continue
            if _NAME.fullmatch(name):
                names.add(number)
            else:
                # There is more than the name in the text.
                places[number] = (scopes.object, True)
            if _is_item(words, number):
                scopes.mark_list()
            else:
                scopes.mark_object(around=self._is_beside(name))
        marked = scopes.marked()
        for number, (place, is_listed) in enumerate(places):
            word = words[number]
            if (
                (place in marked or is_listed)
                and number not in names
                and word not in _SIGNS
                and word not in _LITERALS
                and words[number + 1 : number + 2] != [":"]
            ):
                yield number

    def _is_beside(self, name: str) -> bool:
        squashed = squash(name)
        return any(secret in squashed for secret in self._beside)

    def _name_in(self, word: str) -> str | None:
        """Return a word without escapes if it has the name of such a setting."""
        if "\\u" in word:
            word = _ESCAPE.sub(_unescaped, word)
        lower = word.lower()
        if any(hint in lower for hint in self._hints) and self.is_secret(word):
            return word
        return None

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


class _Scopes:
    """The objects and lists around a place in a frame, of which some are marked.

    Brackets that do not match end nothing, so that too much is marked, if anything.
    """

    def __init__(self) -> None:
        """Begin outside of all objects, which counts as one."""
        self._parents = [0]
        self._marked = {0: False}
        self.object = 0
        """The number of the innermost object."""
        self._lists: list[tuple[int, bool]] = []
        """The innermost object of each open list, and whether the list is marked."""

    @property
    def is_listed(self) -> bool:
        """Return whether an open list is marked."""
        return bool(self._lists) and self._lists[-1][1]

    def pass_by(self, sign: str) -> None:
        """Go into an object or list, or out of it."""
        match sign:
            case "{":
                self._parents.append(self.object)
                self.object = len(self._parents) - 1
                self._marked[self.object] = False
            case "}":
                while self._lists and self._lists[-1][0] == self.object != 0:
                    self._lists.pop()
                self.object = self._parents[self.object]
            case "[":
                self._lists.append((self.object, self.is_listed))
            case "]":
                if self._lists and self._lists[-1][0] == self.object:
                    self._lists.pop()

    def mark_object(self, *, around: bool = False) -> None:
        """Mark the innermost object with all in it, or the one around it."""
        number = self.object
        # Outside of all objects is the frame with all that it has.
        if around and self._parents[number] != 0:
            number = self._parents[number]
        self._marked[number] = True

    def mark_list(self) -> None:
        """Mark what follows in the innermost list."""
        if self._lists and self._lists[-1][0] == self.object:
            self._lists[-1] = (self.object, True)
        else:
            self.mark_object()

    def marked(self) -> set[int]:
        """Return the numbers of all marked objects, and of those in them."""
        for number, parent in enumerate(self._parents):
            self._marked[number] |= self._marked[parent]
        return {number for number, is_marked in self._marked.items() if is_marked}


def _is_item(words: list[str], number: int) -> bool:
    """Return whether a word stands like an item of a list."""
    return words[number - 1 : number] in (["["], [","]) and words[
        number + 1 : number + 2
    ] in (["]"], [","], [])


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))

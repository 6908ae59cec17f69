"""Mends JSON in which a comma or a bracket is wrong, if it can be read in one way only.

Called only for what is no JSON: some firmwares begin each list with a comma, or leave
out the brackets at the end, and repeat such a message for ever if it is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
import re

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<mark>[][{},:])
      | (?P<word>[^]\s[{},:"]+)
    )""",
    re.VERBOSE | re.DOTALL,
)
_CLOSING = {"[": "]", "{": "}"}
_MAX_DEPTH = 40
_MAX_BRACKETS = 2
"""Brackets that may be wrong, in one place or in several; the end is one place."""
_MAX_COMMAS = 100
_MAX_TOKENS = 4000
"""Marks and values of a text; reading one takes as long as all that it says."""


class AmbiguousError(ValueError):
    """The text can be read in several ways, or in none."""


@dataclass(slots=True)
class _Reading:
    """A way to read the text, as far as it has been read."""

    at: int = 0
    """The next token."""
    text: list[str] = field(default_factory=list)
    stack: list[str] = field(default_factory=list)
    last: str = ""
    """What came last: a mark, or v for a value that is no list and no object."""
    key_next: bool = False
    """Whether the last value within an object is a key that waits for its colon."""
    gap: bool = False
    """Whether a comma was left out just now, where something may be missing."""
    commas: int = 0
    """How many commas were put in or left out."""
    brackets: int = 0
    """How many brackets were put in or left out."""

    def copy(self) -> _Reading:
        return _Reading(
            self.at,
            self.text.copy(),
            self.stack.copy(),
            self.last,
            self.key_next,
            self.gap,
            self.commas,
            self.brackets,
        )


def mend(text: str) -> str:
    """Return the text with its commas and brackets in order.

    What is in order comes back as it is, but for white space. Whether the result is
    JSON is for who reads it to see. Raises AmbiguousError.
    """
    tokens = list(_tokens(text))
    finished: dict[str, int] = {}
    readings = [_Reading()]
    while readings:
        reading = readings.pop()
        result = _read(reading, tokens, readings)
        if result is not None:
            finished[result] = min(
                reading.brackets, finished.get(result, reading.brackets)
            )
    if not finished:
        raise AmbiguousError("it cannot be read")
    fewest = min(finished.values())
    best = [result for result, brackets in finished.items() if brackets == fewest]
    if len(best) > 1:
        raise AmbiguousError("it can be read in several ways")
    if fewest and _may_end_elsewhere(tokens):
        raise AmbiguousError("a bracket may be missing in several places")
    return best[0]


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield (mark or v, text), v for strings and words."""
    at, end, count = 0, len(text.rstrip()), 0
    while at < end:
        if (match := _TOKEN.match(text, at)) is None:
            raise AmbiguousError("a string does not end")
        if (count := count + 1) > _MAX_TOKENS:
            raise AmbiguousError("it is too long")
        at = match.end()
        if (mark := match["mark"]) is not None:
            yield mark, mark
        else:
            yield "v", match["string"] or match["word"]


def _read(
    reading: _Reading, tokens: list[tuple[str, str]], others: list[_Reading]
) -> str | None:
    """Read to the end; other ways to go on go to `others`. None: it leads nowhere."""
    while reading.at < len(tokens):
        kind, token = tokens[reading.at]
        reading.at += 1
        if not reading.stack and reading.last:
            # The message is over.
            reading.brackets += 1
            if kind not in "]}" or reading.brackets > _MAX_BRACKETS:
                return None
            continue
        if kind in "]}":
            if not _close(reading, kind, others):
                return None
        elif not _take(reading, kind, token):
            return None
        if (
            reading.brackets > _MAX_BRACKETS
            or reading.commas > _MAX_COMMAS
            or len(reading.stack) > _MAX_DEPTH
        ):
            return None
    if reading.stack:
        # Something is missing that is more than brackets, or may be: a number may go on.
        if reading.last not in ("]", "}") and not _is_whole(reading, tokens):
            return None
        reading.brackets += 1
        while reading.stack:
            reading.text.append(_CLOSING[reading.stack.pop()])
    return "".join(reading.text)


def _is_whole(reading: _Reading, tokens: list[tuple[str, str]]) -> bool:
    """Tell whether the last value cannot have been cut off."""
    return (
        reading.last == "v"
        and not reading.key_next
        and (
            tokens[-1][1].startswith('"') or tokens[-1][1] in {"true", "false", "null"}
        )
    )


def _take(reading: _Reading, kind: str, token: str) -> bool:
    """Take what is no closing bracket; return whether that was possible."""
    last, text = reading.last, reading.text
    in_object = bool(reading.stack) and reading.stack[-1] == "{"
    if kind == ",":
        if last in ("[", "{", ","):
            reading.gap = True
            reading.commas += 1
            return True
        if last in ("", ":") or reading.key_next:
            return False
    elif kind == ":":
        if last != "v" or not reading.key_next:
            return False
        reading.key_next = False
    else:
        if reading.gap and not in_object and kind != "{":
            # One of several things of different meaning, or a null, may be missing.
            return False
        reading.gap = False
        if last in ("]", "}", "v"):
            # Between two of a list, or before a key: a comma is all that is missing.
            if reading.key_next or not (
                (last == "}" and kind == "{")
                or (in_object and kind == "v" and token.startswith('"'))
            ):
                return False
            text.append(",")
            reading.commas += 1
            last = ","
        if in_object and last in ("{", ","):
            if kind != "v" or not token.startswith('"'):
                return False
            reading.key_next = True
        if kind in "[{":
            reading.stack.append(kind)
    reading.last = kind
    text.append(token)
    return True


def _close(reading: _Reading, kind: str, others: list[_Reading]) -> bool:
    """Take a closing bracket; return whether that was possible."""
    if not reading.stack or reading.last == ":" or reading.key_next:
        return False
    if reading.gap and reading.last in ("[", "{"):
        # Nothing but a comma.
        return False
    if reading.last == ",":
        reading.text.pop()
        reading.commas += 1
        reading.last = "v"
    reading.gap = False
    stack = reading.stack
    if _CLOSING[stack[-1]] == kind:
        stack.pop()
        reading.text.append(kind)
        reading.last = kind
        return True
    if reading.last in ("[", "{"):
        # More than a bracket may be missing.
        return False
    # Either it is one too many, or another one is missing before it.
    reading.brackets += 1
    if any(_CLOSING[one] == kind for one in stack):
        other = reading.copy()
        while _CLOSING[other.stack[-1]] != kind:
            other.text.append(_CLOSING[other.stack.pop()])
        other.stack.pop()
        other.text.append(kind)
        other.last = kind
        others.append(other)
    return True


def _may_end_elsewhere(tokens: list[tuple[str, str]]) -> bool:
    """Tell whether an inner object may have ended before one of its keys.

    Where a bracket is missing, this is the other place for it: `{"a":[{"b":[]},"c":1}`.
    Then "c" is a key of either object.
    """
    depth = 0
    for (kind, _), (second, _), (third, token), (fourth, _) in zip(
        tokens, tokens[1:], tokens[2:], tokens[3:], strict=False
    ):
        if kind == "{":
            depth += 1
        elif kind == "}":
            depth -= 1
        if (
            kind in "]}"
            and depth > 1
            and second == ","
            and third == "v"
            and token.startswith('"')
            and fourth == ":"
        ):
            return True
    return False

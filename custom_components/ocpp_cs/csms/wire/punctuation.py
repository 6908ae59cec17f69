"""Repair JSON with a wrong comma or bracket, if there is only one possible repair.

Called only for invalid JSON: some firmware begins each list with a comma, or omits the
brackets at the end, and repeats such a message endlessly if it is refused.
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
"""Brackets that may be wrong; all missing brackets at the end count as one."""
_MAX_COMMAS = 100
_MAX_TOKENS = 4000
"""The most tokens (marks and values) of a text that is repaired."""


class AmbiguousError(ValueError):
    """The text has several possible repairs, or none."""


@dataclass(slots=True)
class _Reading:
    """A possible repair, up to the next token."""

    at: int = 0
    """The next token."""
    text: list[str] = field(default_factory=list)
    stack: list[str] = field(default_factory=list)
    last: str = ""
    """The last token: a mark, or v for a value that is neither list nor object."""
    key_next: bool = False
    """True if the last value in an object is a key that needs a colon."""
    gap: bool = False
    """True if a comma was just removed where a value may be missing."""
    commas: int = 0
    """The number of commas inserted or removed."""
    brackets: int = 0
    """The number of brackets inserted or removed."""

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
    """Return the text with corrected commas and brackets.

    A text without errors is returned unchanged but for white space. The result need
    not be valid JSON: the caller has to parse it.

    Raises:
        AmbiguousError: There are several possible repairs, or none.
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
    """Read to the end; add alternatives to `others`. Return None if it fails."""
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
        # More than brackets may be missing: the last number may be cut off.
        if reading.last not in ("]", "}") and not _is_whole(reading, tokens):
            return None
        reading.brackets += 1
        while reading.stack:
            reading.text.append(_CLOSING[reading.stack.pop()])
    return "".join(reading.text)


def _is_whole(reading: _Reading, tokens: list[tuple[str, str]]) -> bool:
    """Return whether the last value is complete for certain."""
    return (
        reading.last == "v"
        and not reading.key_next
        and (
            tokens[-1][1].startswith('"') or tokens[-1][1] in {"true", "false", "null"}
        )
    )


def _take(reading: _Reading, kind: str, token: str) -> bool:
    """Add a token other than a closing bracket; return whether that is possible."""
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
            # A value of unknown meaning, or a null, may be missing.
            return False
        reading.gap = False
        if last in ("]", "}", "v"):
            # Between two objects of a list, or before a key, only a comma is missing.
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
    """Add a closing bracket; return whether that is possible."""
    if not reading.stack or reading.last == ":" or reading.key_next:
        return False
    if reading.gap and reading.last in ("[", "{"):
        # There is nothing but a comma.
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
    # Either this bracket is surplus, or another one is missing before it.
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
    """Return whether an inner object may have ended before one of its keys.

    That is another possible place for a missing bracket: in `{"a":[{"b":[]},"c":1}`
    "c" may be a key of either object.
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

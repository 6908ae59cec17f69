"""OCPP-J frames as text: reading broken ones, and remembering the last ones."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import json
from math import isfinite
import re
from time import time
from typing import Any, Literal

import orjson

from ..model.errors import Violation
from .punctuation import mend

CALL, CALLRESULT, CALLERROR = 2, 3, 4
CALLRESULTERROR, SEND = 5, 6
"""Since OCPP 2.1: an answer that cannot be used, and a message without an answer."""

_HEAD = re.compile(
    rb"""[\s\0]*\[\s*"?(\d+)(?:\.0+)?"?\s*"""
    rb"""(?:,\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)\s*[],])?"""
)
_HEAD_LENGTH = 1024
_EXCERPT_LENGTH = 150
_MAX_MENDED_LENGTH = 64 * 1024
"""Bytes of a message that is worth a second look, which takes a hundred times longer."""

type MessageId = str | int | float | orjson.Fragment
"""What a message id may be when it is echoed; a Fragment is a number as it came."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """What OCPP-J has in one version of OCPP and not in the others."""

    violations: Mapping[Violation, str]
    """The error code for each of them."""
    message_types: frozenset[int] = frozenset({CALL, CALLRESULT, CALLERROR})


class FrameLog:
    """The last frames in both directions, for diagnostics."""

    def __init__(self, size: int = 20, *, max_length: int = 500) -> None:
        """Keep `size` frames, and `max_length` bytes of each: of strangers, few."""
        self._frames: deque[tuple[float, Literal["in", "out"], bytes, int]] = deque(
            maxlen=size
        )
        self._max_length = max_length

    def keep(self, size: int, *, max_length: int) -> None:
        """Keep so much from now on."""
        if self._frames.maxlen != size:
            self._frames = deque(self._frames, maxlen=size)
        self._max_length = max_length

    def add(self, direction: Literal["in", "out"], data: bytes) -> None:
        """Remember a frame that has just come in or is going out."""
        self._frames.append((time(), direction, data[: self._max_length], len(data)))

    def __len__(self) -> int:
        return len(self._frames)

    def __iter__(self) -> Iterator[tuple[float, str, str]]:
        """Yield (Unix time, "in" or "out", text), the oldest first."""
        for when, direction, data, length in self._frames:
            text = data.decode("utf-8", "replace")
            if length > len(data):
                text += f"… ({length} bytes)"
            yield when, direction, text


def excerpt(data: bytes) -> str:
    """Return the beginning of a frame, fit for a line of the log."""
    text = repr(data[:_EXCERPT_LENGTH].decode("utf-8", "replace"))
    return text if len(data) <= _EXCERPT_LENGTH else f"{text}…"


def repair(data: bytes) -> Any:
    """Read a message that is JSON but for details.

    Raw control characters, lone surrogates and bytes that are no UTF-8 are replaced
    or let through, numbers that are none become null, what a C string drags along at
    its end is cut off. Commas and brackets are put in order where that can be done in
    one way only. Raises ValueError if it is no JSON at all, or too long to be mended.
    """
    if len(data) > _MAX_MENDED_LENGTH:
        raise ValueError(f"{len(data)} bytes are too many to be mended")
    text = data.decode("utf-8", "replace").strip("\0\ufeff \t\r\n")
    try:
        try:
            value = _loads(text)
        except ValueError:
            value = _loads(mend(text))
            if not _is_message(value):
                raise
        # The second reading makes sure that the value can be written again.
        clean = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    except RecursionError as err:
        raise ValueError("nested too deeply") from err
    return orjson.loads(clean)


def _loads(text: str) -> Any:
    return json.loads(
        text,
        strict=False,
        parse_constant=lambda _: None,
        parse_float=_finite,
    )


def _is_message(value: Any) -> bool:
    """Tell whether everything is in its place, so that no comma meant a missing part."""
    match value:
        case [2, str() | int(), str(), dict()]:
            return True
        case [3, str() | int(), dict()]:
            return True
        case [4 | 5, str() | int(), str(), str(), dict()]:
            return True
        case [6, str() | int(), str(), dict()]:
            return True
    return False


def _finite(text: str) -> float | None:
    number = float(text)
    return number if isfinite(number) else None


def head(data: bytes) -> tuple[int | None, MessageId | None]:
    """Return type and id of a message that need not be JSON, where they are there."""
    if (match := _HEAD.match(data[:_HEAD_LENGTH])) is None:
        return None, None
    kind, token = match.groups()
    message_id: MessageId | None = None
    if token is not None and (token.startswith(b'"') or len(token) < 256):
        try:
            message_id = orjson.loads(token)
        except ValueError:
            pass
        else:
            if not isinstance(message_id, str):
                message_id = orjson.Fragment(token)
    return int(kind), message_id

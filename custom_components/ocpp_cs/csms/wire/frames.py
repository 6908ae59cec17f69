"""OCPP-J frames as text: repair of broken frames, and a log of the last ones."""

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
from ..security.masking import Mask
from .punctuation import mend

CALL, CALLRESULT, CALLERROR = 2, 3, 4
CALLRESULTERROR, SEND = 5, 6
"""An unusable answer, and a message without an answer (OCPP 2.1)."""

_HEAD = re.compile(
    rb"""[\s\0]*\[\s*"?(\d+)(?:\.0+)?"?\s*"""
    rb"""(?:,\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)\s*[],])?"""
)
_HEAD_LENGTH = 1024
_EXCERPT_LENGTH = 150
_MAX_MENDED_LENGTH = 64 * 1024
"""The longest message in bytes that is repaired, as that takes 100 times as long."""

type MessageId = str | int | float | orjson.Fragment
"""A message id to echo; a Fragment is a number, digit by digit as it was received."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """The parts of OCPP-J that differ between versions of OCPP."""

    violations: Mapping[Violation, str]
    """The error code of each violation."""
    message_types: frozenset[int] = frozenset({CALL, CALLRESULT, CALLERROR})
    mask: Mask = Mask(())  # noqa: RUF009
    """Masks the passwords in frames that are kept or logged."""


class FrameLog:
    """The last frames in both directions, for diagnostics."""

    def __init__(self, size: int = 20, *, max_length: int = 500) -> None:
        """Create an empty log.

        Args:
            size: The number of frames to keep; few before a charge point is adopted.
            max_length: The number of bytes to keep of each frame.
        """
        self._frames: deque[tuple[float, Literal["in", "out"], bytes, int]] = deque(
            maxlen=size
        )
        self._max_length = max_length

    def keep(self, size: int, *, max_length: int) -> None:
        """Change the number of frames and the bytes of each to keep."""
        if self._frames.maxlen != size:
            self._frames = deque(self._frames, maxlen=size)
        self._max_length = max_length

    def add(
        self, direction: Literal["in", "out"], data: bytes, length: int | None = None
    ) -> None:
        """Add a frame that was just received or is being sent.

        Args:
            direction: Whether it was received.
            data: The frame without passwords, or its beginning.
            length: Its length in bytes, if `data` is not all of it.
        """
        if length is None:
            length = len(data)
        self._frames.append((time(), direction, data[: self._max_length], length))

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
    """Parse a message that is almost JSON.

    Raw control characters, lone surrogates and invalid UTF-8 are replaced or accepted,
    NaN and infinities become null, and NUL bytes at the end are removed. Commas and
    brackets are corrected if there is only one possible correction.

    Raises:
        ValueError: The message cannot be repaired, or is too long for it.
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
    """Return whether a repaired message is complete, so that no element was lost."""
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
    """Return type and id of a message that need not be valid JSON; None if missing."""
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

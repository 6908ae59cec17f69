"""The JSON schemas of OCPP 1.6, read without the help of the integration."""

from datetime import datetime
from functools import cache
from importlib.resources import files
import json
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft4Validator, FormatChecker

_FOLDER = files("ocpp") / "v16" / "schemas"

_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_time(value: object) -> bool:
    return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None


@_FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    return isinstance(value, str) and bool(urlsplit(value).scheme)


@cache
def _validator(name: str) -> Draft4Validator:
    text = (_FOLDER / f"{name}.json").read_text(encoding="utf-8-sig")
    return Draft4Validator(json.loads(text), format_checker=_FORMATS)


def assert_request(action: str, payload: Any) -> None:
    """Fail unless this is a valid request."""
    _assert_valid(action, payload)


def assert_response(action: str, payload: Any) -> None:
    """Fail unless this is a valid answer to that action."""
    _assert_valid(f"{action}Response", payload)


def _assert_valid(name: str, payload: Any) -> None:
    problems = [
        f"{error.json_path}: {error.message}"
        for error in _validator(name).iter_errors(payload)
    ]
    assert not problems, f"{name} {payload}: {problems}"

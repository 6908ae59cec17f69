"""The JSON schemas of OCPP, read without the help of the integration."""

from datetime import datetime
from functools import cache
from importlib.resources import files
import json
from typing import Any
from urllib.parse import urlsplit

from jsonschema import FormatChecker
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for

_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_time(value: object) -> bool:
    return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None


@_FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    return isinstance(value, str) and bool(urlsplit(value).scheme)


@cache
def _validator(folder: str, name: str) -> Validator:
    path = files("ocpp") / folder / "schemas" / f"{name}.json"
    schema = json.loads(path.read_text(encoding="utf-8-sig"))
    return validator_for(schema)(schema, format_checker=_FORMATS)


class Schemas:
    """The schemas of a version."""

    def __init__(self, folder: str, request: str = "") -> None:
        """Read those in `folder`; `request` is what the names of requests end in."""
        self._folder = folder
        self._request = request

    def assert_request(self, action: str, payload: Any) -> None:
        """Fail unless this is a valid request."""
        self._assert_valid(f"{action}{self._request}", payload)

    def assert_response(self, action: str, payload: Any) -> None:
        """Fail unless this is a valid answer to that action."""
        self._assert_valid(f"{action}Response", payload)

    def _assert_valid(self, name: str, payload: Any) -> None:
        problems = [
            f"{error.json_path}: {error.message}"
            for error in _validator(self._folder, name).iter_errors(payload)
        ]
        assert not problems, f"{name} {payload}: {problems}"


OCPP_16 = Schemas("v16")
OCPP_201 = Schemas("v201", "Request")

"""Tags: what they are compared by, and how long they may be."""

import json
from pathlib import Path

import ocpp
import pytest

from custom_components.ocpp_cs.csms.model.tags import (
    MAX_TAG_LENGTH,
    MAX_TAG_LENGTH_21,
    MAX_TAG_LENGTH_201,
    Tag,
    TagKind,
)
from custom_components.ocpp_cs.goe import plan
from custom_components.ocpp_cs.tags.registry import new_own_tag

SCHEMAS = Path(ocpp.__file__).parent


def longest(version: str, file: str, *path: str) -> int:
    """Return `maxLength` of a property in a schema of the `ocpp` package."""
    spec = json.loads(
        (SCHEMAS / version / "schemas" / file).read_text(encoding="utf-8-sig")
    )
    for name in path:
        spec = spec[name]
    return int(spec["maxLength"])


@pytest.mark.parametrize(
    ("length", "version", "file", "path"),
    [
        (MAX_TAG_LENGTH, "v16", "Authorize.json", ("properties", "idTag")),
        (
            MAX_TAG_LENGTH_201,
            "v201",
            "AuthorizeRequest.json",
            ("definitions", "IdTokenType", "properties", "idToken"),
        ),
        (
            MAX_TAG_LENGTH_21,
            "v21",
            "AuthorizeRequest.json",
            ("definitions", "IdTokenType", "properties", "idToken"),
        ),
    ],
)
def test_lengths_are_those_of_the_specification(
    length: int, version: str, file: str, path: tuple[str, ...]
) -> None:
    assert length == longest(version, file, *path)


def test_the_go_e_client_has_the_same_length() -> None:
    """It stands alone, and so has a constant of its own."""
    assert plan.LONGEST_TAG == MAX_TAG_LENGTH


def test_the_own_tag_fits_every_charger() -> None:
    assert len(new_own_tag()) <= MAX_TAG_LENGTH


def test_kinds_are_those_of_the_specification() -> None:
    """All that 2.0.1 lists are there, compared without case and underscores."""
    spec = json.loads(
        (SCHEMAS / "v201" / "schemas" / "AuthorizeRequest.json").read_text(
            encoding="utf-8-sig"
        )
    )
    listed = spec["definitions"]["IdTokenEnumType"]["enum"]
    assert len(listed) == 8
    assert {one.lower() for one in listed} <= {
        kind.replace("_", "") for kind in TagKind
    }


def test_a_tag_is_compared_without_case_and_padding() -> None:
    assert Tag(" 04a2B3\0").key == Tag("04A2b3", TagKind.ISO14443).key == "04a2b3"

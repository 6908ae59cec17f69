"""docs/chargers/ tells of every rule and of everything in which chargers differ."""

from dataclasses import fields
from pathlib import Path
import re

import pytest

from custom_components.ocpp_cs.csms.model.profile import Unit
from custom_components.ocpp_cs.csms.model.quirks import Quirk, Quirks
from custom_components.ocpp_cs.csms.quirks.matching import Match
from custom_components.ocpp_cs.csms.quirks.rules import RULES
from custom_components.ocpp_cs.csms.v16.configuration_keys import DIFFERS, KeyQuirks

CHARGERS = Path(__file__).parent.parent / "docs" / "chargers"
PAGE = (CHARGERS / "README.md").read_text(encoding="utf-8")


def _match(match: Match) -> str:
    """Return whom a rule is about, in the words of the table."""
    parts = [
        # A bar would end the cell, were it not escaped.
        f"{name} `{pattern.replace('|', chr(92) + '|')}`"
        for name in ("vendor", "model")
        if (pattern := getattr(match, name))
    ]
    if match.firmware_from:
        parts.append(f"firmware from {match.firmware_from}")
    if match.firmware_below:
        parts.append(f"firmware below {match.firmware_below}")
    return ", ".join(parts)


def _value(name: str, value: object) -> str:
    if name == "configuration_keys":
        return "by name"
    if isinstance(value, Unit):
        return value.upper()
    if isinstance(value, frozenset):
        value = sorted(str(one) for one in value)
    if isinstance(value, list | tuple):
        return " ".join(f"{one:g}" if isinstance(one, float) else one for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def rows() -> list[str]:
    """Return the lines of the table of rules."""
    return [
        f"| {rule.name} | {_match(rule.match)} | "
        + "; ".join(
            f"`{name}` {_value(name, value)}"
            for name, value in sorted(
                (rule.differs | DIFFERS.get(rule.name, {})).items()
            )
        )
        + " |"
        for rule in RULES
    ]


def test_the_table_has_every_rule() -> None:
    """If this fails, the lines it shows are what belongs into the table."""
    _, _, rest = PAGE.partition("## Rules\n")
    rest, _, _ = rest.partition("\n## ")
    listed = [line for line in rest.splitlines() if line.startswith("| ")][1:]
    listed = [line for line in listed if not line.startswith("| ---")]
    assert listed == rows()


@pytest.mark.parametrize("kind", ["field", "oddity"])
def test_everything_is_explained(kind: str) -> None:
    """Each in a line of its own, and nothing that is not there any more."""
    names = (
        {one.name for one in (*fields(Quirks), *fields(KeyQuirks))} - {"rules"}
        if kind == "field"
        else {str(one) for one in Quirk}
    )
    title = "## What can differ\n" if kind == "field" else "## What is put up with\n"
    _, _, rest = PAGE.partition(title)
    section, _, _ = rest.partition("\n## ")
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == names


def test_pages_are_linked() -> None:
    pages = {path.name for path in CHARGERS.glob("*.md")} - {"README.md"}
    assert pages == {"go-e.md", "bender.md", "evc5.md"}
    assert pages == set(re.findall(r"\]\(([\w-]+\.md)\)", PAGE))

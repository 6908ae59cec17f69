"""All cases have a test, and docs/conformance.md tells of all of them."""

import importlib
import json
from pathlib import Path
import re
from typing import Literal

import pytest

from devtools.conformance import PAGE, Result, page

from .cases import CASES, PROFILES, Case
from .results import Results, told


@pytest.fixture(scope="module")
def cases() -> dict[str, Case]:
    """Return the cases of all modules, in the order of the OCA."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        importlib.import_module(f"{__package__}.{path.stem}")
    return {number: CASES[number] for number in PROFILES if number in CASES}


def test_every_case_has_a_test(cases: dict[str, Case]) -> None:
    assert PROFILES.keys() - cases.keys() == set()
    assert len(cases) == 77


def test_the_page_tells_of_every_case(cases: dict[str, Case]) -> None:
    """The outcome is left alone: it is what scripts/conformance saw."""
    profile, listed = "", []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            profile = line.removeprefix("## ")
        elif row := re.fullmatch(r"\| (TC_\w+) \| (.+?) \| (.+) \|", line):
            listed.append((profile, row[1], row[2]))
    assert listed == [(one.profile, one.id, one.title) for one in cases.values()]


def test_the_page_names_what_is_not_done(cases: dict[str, Case]) -> None:
    _, _, missing = PAGE.read_text(encoding="utf-8").partition("## Not yet done")
    assert re.findall(r"^- (\w+), (.+?): (.+)$", missing, re.MULTILINE) == [
        (one.id, one.title, one.not_yet) for one in cases.values() if one.not_yet
    ]


@pytest.mark.parametrize(
    ("phases", "outcome"),
    [
        (["passed", "passed"], "passed"),
        (["passed", "failed", "passed"], "failed"),
        (["skipped", "failed"], "failed"),
        (["failed", "skipped"], "failed"),
        (["passed", "skipped"], "not yet"),
    ],
)
def test_of_several_tests_the_worst_counts(
    tmp_path: Path, phases: list[Literal["passed", "failed", "skipped"]], outcome: str
) -> None:
    one = Case(id="TC_073_CSMS", title="Title", not_yet="no way")
    results = Results(tmp_path / "results.json")
    for phase in phases:
        results.pytest_runtest_logreport(
            pytest.TestReport(
                "test",
                ("", 0, ""),
                {},
                phase,
                None,
                "call",
                user_properties=[told(one)],
            )
        )
    results.pytest_sessionfinish()
    (result,) = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert (result["id"], result["profile"]) == ("TC_073_CSMS", "Security")
    assert result["outcome"] == outcome


def test_the_page_says_what_happened() -> None:
    def result(number: str, outcome: str, remark: str | None = None) -> Result:
        return {
            "id": number,
            "title": "Title",
            "profile": "Core",
            "not_yet": "no way" if outcome == "not yet" else None,
            "remark": remark,
            "outcome": outcome,
        }

    text = page(
        [
            result("TC_1", "passed"),
            result("TC_2", "failed"),
            result("TC_3", "not yet"),
            result("TC_4", "passed", "but"),
        ]
    )
    for line in (
        "| Core | 4 | 2 | 1 |",
        "| TC_1 | Title | passed |",
        "| TC_2 | Title | failed |",
        "| TC_3 | Title | not yet |",
        "| TC_4 | Title | passed; but |",
        "- TC_3, Title: no way",
    ):
        assert line in text.splitlines()

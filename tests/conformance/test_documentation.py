"""All cases have a test, and docs/conformance.md tells of all of them."""

import importlib
import json
from pathlib import Path
import re
from typing import Literal

import pytest

from devtools.conformance import (
    NOT_CLAIMED_WORD,
    OPEN,
    PAGE,
    PAGE_21,
    PAGE_201,
    Result,
    page,
    page_21,
    page_201,
    rows,
    told_on,
)

from .cases import CASES, PROFILES, Case
from .results import Results, told
from .v2.cases import CASES as CASES_201, CATALOGUE
from .v21.catalogue import CATALOGUE as CATALOGUE_21, read
from .v21.requirements import claimed


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
            "version": "1.6",
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


# OCPP 2.0.1.


@pytest.fixture(scope="module")
def cases_201() -> dict[str, Case]:
    """Return the cases for OCPP 2.0.1 that have a test."""
    here = Path(__file__).parent
    for path in sorted((here / "v2").rglob("test_*.py")):
        name = ".".join(path.relative_to(here).with_suffix("").parts)
        importlib.import_module(f"{__package__}.{name}")
    return CASES_201


def test_all_cases_are_listed() -> None:
    """As many as part 5 lists: without A_13, and with B_58."""
    assert len(CATALOGUE) == 232
    mandatory = [one for one in CATALOGUE.values() if one.mandatory]
    assert len(mandatory) == 199
    claimed = [one for one in CATALOGUE.values() if one.not_claimed is None]
    assert len(claimed) == 225


def test_the_page_for_201_tells_of_every_case(cases_201: dict[str, Case]) -> None:
    text = PAGE_201.read_text(encoding="utf-8")
    told_of = told_on(text)
    # A case that has a test has been run, and one without has not.
    assert told_of.keys() == cases_201.keys()
    # All the rest follows from that.
    assert text == page_201(rows(told_of))


def test_a_page_for_201() -> None:
    told_of = {"TC_B_01_CSMS": "passed", "TC_B_06_CSMS": "failed; but"}
    text = page_201(rows(told_of))
    lines = text.splitlines()
    assert told_on(text) == told_of
    assert "| TC_B_01_CSMS | M | Cold boot, accepted | passed |" in lines
    assert f"| TC_B_02_CSMS | C | Cold boot, pending first | {OPEN} |" in lines
    (pushed,) = [line for line in lines if line.startswith("| TC_M_26_CSMS |")]
    assert f"| {NOT_CLAIMED_WORD}: " in pushed
    assert "| Core | 132 | 105 | 1 | 1 | 130 | 0 |" in lines
    assert "| **All** | 232 | 199 | 1 | 1 | 223 | 7 |" in lines


# OCPP 2.1.


def test_the_page_for_21_tells_of_every_requirement() -> None:
    text = PAGE_21.read_text(encoding="utf-8")
    told_of = told_on(text)
    # A requirement that a test is marked with has been run, and no other has.
    assert told_of.keys() == claimed(Path(__file__).parent / "v21")
    # All the rest follows from that.
    assert text == page_21(told_of)


def test_a_page_for_21() -> None:
    text = page_21({"K28.FR.01": "passed", "K28.FR.06": "failed"})
    lines = text.splitlines()
    assert told_on(text) == {"K28.FR.01": "passed", "K28.FR.06": "failed"}
    title = CATALOGUE_21["K28.FR.01"].title
    assert f"| K28.FR.01 | {title} | passed |" in lines
    assert f"| K28.FR.02 | {CATALOGUE_21['K28.FR.02'].title} | {OPEN} |" in lines
    assert (
        f"| K28.FR.03 | {CATALOGUE_21['K28.FR.03'].title} | of the station |" in lines
    )
    (summary,) = [line for line in lines if line.startswith("| K28, ")]
    assert summary.endswith("| 15 | 1 | 1 | 4 | 9 | 0 |")


def test_a_requirement_that_is_left_out_says_why() -> None:
    (left,) = read("K28", "01 - It is so :: nobody needs it")
    assert (left.id, left.left_out) == ("K28.FR.01", "nobody needs it")
    with pytest.raises(ValueError, match="K28: 01 - It is so"):
        list(read("K28", "01 - It is so"))

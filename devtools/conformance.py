"""Runs the cases of the Open Charge Alliance and writes the pages that tell of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
import json
from pathlib import Path
import re
import subprocess
import sys
import tempfile
from typing import TypedDict

from tests.conformance.v2.cases import CATALOGUE, IN_PART, Listed
from tests.conformance.v2.catalogue import COUNTED_TWICE
from tests.conformance.v21.catalogue import (
    CATALOGUE as CATALOGUE_21,
    TITLES as TITLES_21,
    Requirement,
)

from . import ROOT

PAGE = ROOT / "docs" / "conformance.md"
PAGE_201 = ROOT / "docs" / "conformance-2.md"
PAGE_21 = ROOT / "docs" / "conformance-2.1.md"

PASSED, NOT_YET = "passed", "not yet"
OPEN, NOT_CLAIMED_WORD = "open", "not claimed"
OF_STATION, LEFT_OUT = "of the station", "left out"
_NOT_RUN = (OPEN, NOT_CLAIMED_WORD, OF_STATION, LEFT_OUT)

_TESTS = "tests/conformance"

_HEAD = """\
# Conformance with OCPP 1.6

The Open Charge Alliance certifies central systems with a tool that has {count} cases for
them. Each of these has a test here, in `tests/conformance`: a real Home Assistant with the
integration, and a charge point that is a raw socket. It is told what to do by the actions
and entities that a user has, every frame is checked by the specification's JSON schemas,
and so is what Home Assistant shows afterwards.

The numbers and names are those of the tool (edition 2025-11). The tool itself has not been
run, and this is no certificate. The cases for OCPP 2.0.1 have
[a page of their own](conformance-2.md).

`scripts/conformance` runs the cases and writes this page.
"""

_HEAD_201 = """\
# Conformance with OCPP 2.0.1

The Open Charge Alliance lists {count} cases for central systems that speak OCPP 2.0.1
(part 5 of edition 3, with the errata of 2025-09). They belong to profiles, and a central
system is certified for the profiles that it claims. The cases of the profiles that are
claimed here have a test each, in `tests/conformance/v2`: a real Home Assistant with the
integration, and a charging station that is a raw socket. Home Assistant is told what to do
by the actions and entities that a user has, every frame is checked by the specification's
JSON schemas, and so is what Home Assistant shows afterwards.

"M" is a case that is mandatory in its profile, "C" one that counts only if the feature is
there. "{open}" is a case without a test that passes. The alliance's tool itself has not
been run, and this is no certificate. The cases for OCPP 1.6 have
[a page of their own](conformance.md).

`scripts/conformance` runs the cases and writes this page.
"""

_HEAD_21 = """\
# Conformance with OCPP 2.1

These are the requirements of part 2 of OCPP 2.1 (edition 1, with the errata of 2025-09) in
the use cases that only 2.1 has and that a home can use. The words are our own. The tests
are in `tests/conformance/v21`, the station in them is the simulator or a raw socket. What a
central system has to do for 2.0.1 has [a page of its own](conformance-2.md), and holds for
2.1 as well.

"{open}" is a requirement of the central system without a test that passes; one
"{of_station}" is met or not by the charging station alone. Where the simulator is tried for
it, the result is told.

`scripts/conformance` runs the tests and writes this page.
"""


class Result(TypedDict):
    """What became of a case."""

    id: str
    title: str
    profile: str
    not_yet: str | None
    """Why it cannot be passed yet."""
    remark: str | None
    version: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the page for OCPP 2.0.1."""

    case: Listed
    result: str
    """What the page says of it."""

    @property
    def state(self) -> str:
        """The result without what is said besides."""
        return re.split(r"[;:]", self.result)[0]


def run(paths: Sequence[str]) -> tuple[int, list[Result]]:
    """Run the cases in `paths`; return pytest's exit code and the results."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.json"
        code = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                *paths,
                "-m",
                "oca_case or fr",
                f"--conformance-results={path}",
            ],
            cwd=ROOT,
            check=False,
        ).returncode
        results: list[Result] = (
            json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        )
    return code, results


def page(results: Iterable[Result]) -> str:
    """Return the page for OCPP 1.6 that tells of these results."""
    by_profile: dict[str, list[Result]] = {}
    for result in results:
        by_profile.setdefault(result["profile"], []).append(result)
    everything = [one for group in by_profile.values() for one in group]
    lines = [_HEAD.format(count=len(everything))]
    lines += [
        "| Feature profile | Cases | Passed | Not yet |",
        "|---|---|---|---|",
        *(_summary(name, group) for name, group in by_profile.items()),
        _summary("**All**", everything),
    ]
    for name, group in by_profile.items():
        lines += ["", f"## {name}", "", "| Case | What | Result |", "|---|---|---|"]
        lines += [
            f"| {one['id']} | {one['title']} | {_outcome(one)} |" for one in group
        ]
    if missing := [one for one in everything if one["outcome"] == NOT_YET]:
        lines += ["", "## Not yet done", "", *_reasons(missing)]
    return "\n".join(lines) + "\n"


def _summary(name: str, group: list[Result]) -> str:
    outcomes = [one["outcome"] for one in group]
    passed, missing = outcomes.count(PASSED), outcomes.count(NOT_YET)
    return f"| {name} | {len(group)} | {passed} | {missing} |"


def _outcome(one: Result) -> str:
    outcome = one["outcome"]
    return f"{outcome}; {one['remark']}" if one["remark"] else outcome


def _reasons(missing: Iterable[Result]) -> Iterator[str]:
    """Yield a line for each case; they are tried all the same."""
    yield "These are tried as well, and fail for the reason that is named:"
    yield ""
    for one in missing:
        yield f"- {one['id']}, {one['title']}: {one['not_yet']}"


def rows(told: Mapping[str, str]) -> list[Row]:
    """Return the lines of the page for OCPP 2.0.1, by what is told of cases."""
    return [
        Row(one, told.get(one.id) or _without_test(one)) for one in CATALOGUE.values()
    ]


def _without_test(one: Listed) -> str:
    why = one.not_claimed
    return OPEN if why is None else f"{NOT_CLAIMED_WORD}: {why}"


def told_on(text: str) -> dict[str, str]:
    """Return what a page for OCPP 2 tells of the cases that have been run."""
    told = {
        row[1]: row[2]
        for row in re.finditer(
            r"^\| (TC_\w+ \| [MC]|\w+\.FR\.\d+) \| .+? \| (.+) \|$",
            text,
            re.MULTILINE,
        )
    }
    return {
        number.split(" ")[0]: result
        for number, result in told.items()
        if not result.startswith(_NOT_RUN)
    }


def page_201(lines: Sequence[Row]) -> str:
    """Return the page for OCPP 2.0.1."""
    by_profile: dict[str, list[Row]] = {}
    for row in lines:
        by_profile.setdefault(row.case.profiles[0], []).append(row)
    text = [_HEAD_201.format(count=len(lines), open=OPEN)]
    text += [
        "| Profile | Cases | Mandatory | Passed | Failed | Open | Not claimed |",
        "|---|---|---|---|---|---|---|",
        *(_summary_201(name, group) for name, group in by_profile.items()),
        _summary_201("**All**", lines),
    ]
    for name, group in by_profile.items():
        text += ["", f"## {name}", ""]
        if (what := IN_PART.get(name)) is not None:
            text += [f"Claimed: {what}.", ""]
        if (twice := COUNTED_TWICE.get(name)) is not None:
            others = ", ".join(twice.split())
            text += [f"These count for it, too: {others}.", ""]
        text += ["| Case | | What | Result |", "|---|---|---|---|"]
        text += [
            f"| {row.case.id} | {'M' if row.case.mandatory else 'C'}"
            f" | {row.case.title} | {row.result} |"
            for row in group
        ]
    return "\n".join(text) + "\n"


def _summary_201(name: str, group: Sequence[Row]) -> str:
    states = [row.state for row in group]
    mandatory = sum(row.case.mandatory for row in group)
    counts = [
        states.count(state) for state in (PASSED, "failed", OPEN, NOT_CLAIMED_WORD)
    ]
    shown = " | ".join(str(count) for count in (len(group), mandatory, *counts))
    return f"| {name} | {shown} |"


def page_21(told: Mapping[str, str]) -> str:
    """Return the page for OCPP 2.1, by what is told of the requirements with a test."""
    by_case: dict[str, list[tuple[Requirement, str]]] = {}
    for one in CATALOGUE_21.values():
        result = told.get(one.id) or _untried(one)
        by_case.setdefault(one.use_case, []).append((one, result))
    text = [_HEAD_21.format(open=OPEN, of_station=OF_STATION)]
    text += [
        "| Use case | Requirements | Passed | Failed | Open | Of the station | Left out |",
        "|---|---|---|---|---|---|---|",
        *(
            _summary_21(f"{name}, {TITLES_21[name]}", group)
            for name, group in by_case.items()
        ),
        _summary_21("**All**", [one for group in by_case.values() for one in group]),
    ]
    for name, group in by_case.items():
        text += ["", f"## {name}, {TITLES_21[name]}", ""]
        text += ["| Requirement | What | Result |", "|---|---|---|"]
        text += [f"| {one.id} | {one.title} | {result} |" for one, result in group]
    return "\n".join(text) + "\n"


def _untried(one: Requirement) -> str:
    if one.left_out is not None:
        return f"{LEFT_OUT}: {one.left_out}"
    return OF_STATION if one.of_station else OPEN


def _summary_21(name: str, group: Sequence[tuple[Requirement, str]]) -> str:
    states = [re.split(r"[;:]", result)[0] for _, result in group]
    counts = [
        states.count(state) for state in (PASSED, "failed", OPEN, OF_STATION, LEFT_OUT)
    ]
    shown = " | ".join(str(count) for count in (len(group), *counts))
    return f"| {name} | {shown} |"


def main() -> int:
    """Run the cases and write the pages; return pytest's exit code.

    With paths only these tests are run, and what the pages tell of the others stays.
    """
    paths = sys.argv[1:]
    code, results = run(paths or [_TESTS])
    # Interrupted, it would tell of some of them only.
    if code not in {0, 1}:
        return code
    of_16 = [one for one in results if one["version"] == "1.6"]
    of_201 = [one for one in results if one["version"] == "2.0.1"]
    of_21 = [one for one in results if one["version"] == "2.1"]
    if not paths:
        PAGE.write_text(page(of_16), encoding="utf-8")
    elif of_16:
        _replace(PAGE, of_16)
    if not paths or of_201:
        known = told_on(PAGE_201.read_text(encoding="utf-8")) if paths else {}
        told = known | {one["id"]: _outcome(one) for one in of_201}
        PAGE_201.write_text(page_201(rows(told)), encoding="utf-8")
    if not paths or of_21:
        known = told_on(PAGE_21.read_text(encoding="utf-8")) if paths else {}
        told = known | {one["id"]: _outcome(one) for one in of_21}
        PAGE_21.write_text(page_21(told), encoding="utf-8")
    sys.stdout.write(f"{PAGE.parent.relative_to(ROOT)} is written\n")
    return code


def _replace(path: Path, results: Iterable[Result]) -> None:
    """Write these results into a page for OCPP 1.6, and keep its other lines.

    The numbers in its summary are those of the last whole run.
    """
    rows = {
        one["id"]: f"| {one['id']} | {one['title']} | {_outcome(one)} |"
        for one in results
    }
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [rows.get(line[2:].split(" ")[0], line) for line in lines]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

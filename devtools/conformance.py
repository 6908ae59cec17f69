"""Runs the cases of the Open Charge Alliance and writes docs/conformance.md."""

from collections.abc import Iterable, Iterator
import json
from pathlib import Path
import subprocess
import sys
import tempfile
from typing import TypedDict

from . import ROOT

PAGE = ROOT / "docs" / "conformance.md"

PASSED, NOT_YET = "passed", "not yet"

_HEAD = """\
# Conformance with OCPP 1.6

The Open Charge Alliance certifies central systems with a tool that has {count} cases for
them. Each of these has a test here, in `tests/conformance`: a real Home Assistant with the
integration, and a charge point that is a raw socket. It is told what to do by the actions
and entities that a user has, every frame is checked by the specification's JSON schemas,
and so is what Home Assistant shows afterwards.

The numbers and names are those of the tool (edition 2025-11). The tool itself has not been
run, and this is no certificate.

`scripts/conformance` runs the cases and writes this page.
"""


class Result(TypedDict):
    """What became of a case."""

    id: str
    title: str
    profile: str
    not_yet: str | None
    """Why it cannot be passed yet."""
    remark: str | None
    outcome: str


def run() -> tuple[int, list[Result]]:
    """Run the cases; return pytest's exit code and the results."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.json"
        code = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "tests/conformance",
                "-m",
                "oca_case",
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
    """Return the page that tells of these results."""
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


def main() -> int:
    """Run the cases and write the page; return pytest's exit code."""
    code, results = run()
    # Interrupted, it would tell of some of them only.
    if code in (0, 1):
        PAGE.write_text(page(results), encoding="utf-8")
        sys.stdout.write(f"{PAGE.relative_to(ROOT)} is written\n")
    return code


if __name__ == "__main__":
    sys.exit(main())

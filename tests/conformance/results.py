"""Writes down what became of the cases, for `devtools.conformance`."""

from dataclasses import asdict
import json
from pathlib import Path
from typing import Any

import pytest

from .cases import MARK, Case

OPTION = "--conformance-results"


class Results:
    """Collects the outcome of every case; of several tests the worst one counts."""

    def __init__(self, path: Path) -> None:
        """Write to `path` in the end."""
        self._path = path
        self._cases: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in how a phase of a test went."""
        for name, told in report.user_properties:
            if name == MARK and isinstance(told, dict):
                self._take(told, report)

    def _take(self, told: dict[str, Any], report: pytest.TestReport) -> None:
        one = self._cases.setdefault(told["id"], told | {"outcome": "passed"})
        if report.failed:
            one["outcome"] = "failed"
        elif report.skipped and one["outcome"] == "passed":
            # A test that is expected to fail, and did, is told as skipped.
            one["outcome"] = "not yet" if told["not_yet"] else "skipped"

    def pytest_sessionfinish(self) -> None:
        """Write all of them, in order."""
        found = [self._cases[number] for number in sorted(self._cases)]
        self._path.write_text(json.dumps(found, indent=1), encoding="utf-8")


def told(one: Case) -> tuple[str, dict[str, Any]]:
    """Return a case as a property of a test's report."""
    return MARK, {**asdict(one), "profile": one.profile}

"""A short text of what failed, for whoever sees only the end of the output of a run.

`.ci/run` names the file in TEST_FAILURES, and prints it when all is done.
"""

import os
from pathlib import Path

import pytest

_TRACE_LINES = 40
_CAPTURED_LINES = 15


def last_lines(text: str, count: int) -> str:
    """Return the last lines of a text, and how many are left out before them."""
    lines = text.strip("\n").splitlines()
    left = len(lines) - count
    if left > 0:
        lines = [f"({left} lines before)", *lines[left:]]
    return "\n".join(line[:500] for line in lines)


class Failures:
    """Writes down each failure as it happens."""

    def __init__(self, path: Path) -> None:
        """Append to the file at `path`."""
        self._path = path

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write a test, or what is made for it."""
        self._write(report, f" ({report.when})" if report.when != "call" else "")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Write a file that cannot be imported."""
        self._write(report, " (collected)")

    def _write(
        self, report: pytest.TestReport | pytest.CollectReport, how: str
    ) -> None:
        if not report.failed:
            return
        parts = [
            f"=== {report.nodeid}{how}",
            last_lines(report.longreprtext, _TRACE_LINES),
            *(
                f"--- {name}\n{last_lines(content, _CAPTURED_LINES)}"
                for name, content in report.sections
            ),
        ]
        with self._path.open("a", encoding="utf-8") as file:
            file.write("\n".join(parts) + "\n\n")


def pytest_configure(config: pytest.Config) -> None:
    """Write failures where that is wanted; of several processes, the first does it."""
    path = os.environ.get("TEST_FAILURES")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Failures(Path(path)), "failures")

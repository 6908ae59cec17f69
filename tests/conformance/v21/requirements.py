"""The mark `@pytest.mark.fr("K28.FR.01")`: a test of requirements of OCPP 2.1."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import override

import pytest

from tests.conformance.cases import Case

from .catalogue import CATALOGUE

MARK = "fr"


class RequirementOf21(Case):
    """A requirement of OCPP 2.1, as a case that has a test."""

    __slots__ = ()

    @property
    @override
    def profile(self) -> str:
        return CATALOGUE[self.id].use_case


def marked(item: pytest.Item) -> Iterator[Case]:
    """Yield the requirements that a test is about.

    Raises:
        pytest.UsageError: One is not on the list.
    """
    for mark in item.iter_markers(MARK):
        for number in mark.args:
            if (listed := CATALOGUE.get(number)) is None:
                raise pytest.UsageError(
                    f"{item.nodeid}: {number} is missing in "
                    "tests/conformance/v21/catalogue"
                )
            yield RequirementOf21(id=number, title=listed.title, version="2.1")


def claimed(folder: Path) -> set[str]:
    """Return the numbers that the tests in a folder are marked with."""
    return {
        argument.value
        for path in folder.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.fr"
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }

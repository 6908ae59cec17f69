"""scripts/check_asserts.py finds tests that may look at nothing, and no others."""

from pathlib import Path
import subprocess
import sys
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[1]


def run(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "check_asserts.py", root],
        capture_output=True,
        text=True,
        check=False,
    )


def found_in(tmp_path: Path, text: str) -> list[str]:
    """Return what is found in a test."""
    path = tmp_path / "tests" / "test_it.py"
    path.parent.mkdir(parents=True)
    path.write_text(dedent(text), encoding="utf-8")
    result = run(tmp_path)
    lines = result.stdout.splitlines()
    assert result.returncode == bool(lines), result.stderr
    return [line.removeprefix("tests/test_it.py:") for line in lines]


LOOPS = "all asserts stand in loops, of which each may be over nothing"
FILTERED = "all() is true of nothing, and the comprehension may leave nothing"

FAULTS = {
    "for": (
        """
        def test_it(charger):
            for frame in charger.frames:
                assert frame[0] == 2
        """,
        [f"3: test_it: {LOOPS}"],
    ),
    "async for": (
        """
        async def test_it(charger):
            async for frame in charger.frames():
                if frame:
                    assert frame[0] == 2
        """,
        [f"3: test_it: {LOOPS}"],
    ),
    "two loops": (
        """
        def test_it(charger):
            for frame in charger.frames:
                assert frame
            for call in sorted(charger.calls):
                with pytest.raises(ValueError):
                    call()
        """,
        [f"3: test_it: {LOOPS}", f"5: test_it: {LOOPS}"],
    ),
    "loop in a loop over a constant": (
        """
        def test_it(charger):
            for line in (1, 2):
                for frame in charger.frames[line]:
                    assert frame
        """,
        [f"4: test_it: {LOOPS}"],
    ),
    "assert in a function that nobody may call": (
        """
        def test_it(charger):
            def watch(value):
                assert value
            for frame in charger.frames:
                assert frame
        """,
        [f"5: test_it: {LOOPS}"],
    ),
    "only all()": (
        """
        def test_it(charger):
            assert all(frame[0] == 2 for frame in charger.frames)
        """,
        [f"3: test_it: {LOOPS}"],
    ),
    "all() with a filter": (
        """
        def test_it(charger):
            assert charger.frames
            assert all(frame[1] for frame in charger.frames if frame[0] == 2)
        """,
        [f"4: test_it: {FILTERED}"],
    ),
    "all() of what a filter has left": (
        """
        def test_it(charger):
            assert charger.frames
            calls = [frame for frame in charger.frames if frame[0] == 2]
            assert all(call[1] for call in calls)
        """,
        [f"5: test_it: {FILTERED}"],
    ),
    "list that is begun empty": (
        """
        def test_it(charger):
            calls = []
            charger.call(calls.append)
            for call in calls:
                assert call
        """,
        [f"5: test_it: {LOOPS}"],
    ),
    "assert that there is nothing": (
        """
        def test_it(charger):
            for call in charger.calls:
                assert charger.calls == []
        """,
        [f"3: test_it: {LOOPS}"],
    ),
    "range that may be empty": (
        """
        def test_it(charger):
            for number in range(charger.count):
                assert charger[number]
        """,
        [f"3: test_it: {LOOPS}"],
    ),
}

GOOD = {
    "assert outside": """
        def test_it(charger):
            for frame in charger.frames:
                assert frame
            assert charger.connected
        """,
    "length": """
        def test_it(charger):
            assert len(charger.frames) == 3
            for frame in charger.frames:
                assert frame
            assert all(frame[1] for frame in charger.frames)
        """,
    "what a filter has left, looked at": """
        def test_it(charger):
            calls = [frame for frame in charger.frames if frame[0] == 2]
            assert calls
            assert all(call[1] for call in calls)
        """,
    "parts of what is looked at": """
        def test_it(charger):
            assert charger.calls and charger.connected
            for number, (key, call) in enumerate(charger.calls.items()):
                assert call
        """,
    "constants": """
        KINDS = ("a", "b")

        def test_it(charger):
            for kind in (*KINDS, "c"):
                assert kind
            for kind, number in zip(KINDS, range(1, 3)):
                assert kind
            for reason in Reason:
                assert reason
            for key in {"a": 1} | charger.more:
                assert key
        """,
    "numbers": """
        def test_it(charger):
            for number in range(3):
                assert charger[number]
        """,
    "examples": """
        @pytest.mark.parametrize("frames", [[1], [2]])
        def test_it(frames):
            for frame in frames:
                assert frame
        """,
    "refusals": """
        def test_it(charger):
            for frame in charger.frames:
                assert frame
            with pytest.raises(ValueError):
                charger.call()
        """,
    "nothing of a kind": """
        def test_it(charger):
            assert not any(frame[0] == 4 for frame in charger.frames)
        """,
    "helper": """
        def check(frames):
            for frame in frames:
                assert frame
        """,
}


@pytest.mark.parametrize(("text", "findings"), FAULTS.values(), ids=FAULTS.keys())
def test_it_is_found(tmp_path: Path, text: str, findings: list[str]) -> None:
    assert found_in(tmp_path, text) == findings


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_nothing_is_found(tmp_path: Path, text: str) -> None:
    assert found_in(tmp_path, text) == []


def test_all_tests_look_at_something() -> None:
    result = run(ROOT)
    assert result.stdout == ""
    assert result.returncode == 0, result.stderr

"""What a run that failed says in short."""

from pathlib import Path
import subprocess
import sys

import pytest

ROOT = Path(__file__).parents[1]

_CONFTEST = """
import sys
sys.path.insert(0, {root!r})
from tests.failures import pytest_configure
"""

_TESTS = """
import pytest

@pytest.fixture
def broken():
    raise OSError("no disk")

def test_good():
    print("nobody asks")

def test_wrong():
    for number in range(100):
        print("printed", number)
    assert "what came" == "what is right"

def test_without(broken):
    pass
"""


@pytest.mark.parametrize("processes", [0, 2])
def test_each_failure_is_written_in_short(tmp_path: Path, processes: int) -> None:
    (tmp_path / "conftest.py").write_text(_CONFTEST.format(root=str(ROOT)))
    (tmp_path / "test_some.py").write_text(_TESTS)
    (tmp_path / "test_none.py").write_text("import no_such_module")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    told = tmp_path / "failures.txt"
    result = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--tb=short", tmp_path),
            *("-p", "xdist", "-n", str(processes)),
            *("-p", "no:cacheprovider", "--continue-on-collection-errors"),
        ],
        cwd=tmp_path,
        # Without Home Assistant's plugin, which takes seconds to import.
        env={"TEST_FAILURES": str(told), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1, result.stdout + result.stderr
    text = told.read_text()
    assert text.count("=== test_none.py (collected)\n") == 1
    assert "No module named 'no_such_module'" in text
    assert text.count("=== ") == 3, result.stdout
    assert "=== test_some.py::test_wrong\n" in text
    assert "assert 'what came' == 'what is right'" in text
    assert "(85 lines before)\nprinted 85\n" in text
    assert "=== test_some.py::test_without (setup)\n" in text
    assert "OSError: no disk" in text
    assert "nobody asks" not in text

"""The layout's rules (scripts/check_walls.py): each is seen failing, and what is allowed passes."""

from collections.abc import Mapping
from pathlib import Path
import subprocess
import sys

import pytest

ROOT = Path(__file__).parents[1]
TOP = Path("custom_components") / "ocpp_cs"


def walls(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "check_walls.py", *options, root],
        capture_output=True,
        text=True,
        check=False,
    )


def build(root: Path, files: Mapping[str, str]) -> None:
    """Write files of an integration, or of what stands beside it when their path begins with `/`."""
    for name, text in files.items():
        path = root / name[1:] if name.startswith("/") else root / TOP / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_the_walls_stand() -> None:
    result = walls(ROOT)
    assert result.returncode == 0, result.stdout


def test_the_figures_are_those_of_the_house() -> None:
    result = walls(ROOT, "--figures")
    assert result.returncode == 0
    at_the_top = len(list((ROOT / TOP).glob("*.py")))
    assert f"files at the top: {at_the_top}\n" in result.stdout
    assert "circles of files: 0 []\n" in result.stdout


HIDDEN = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    "
LATE = "def late():\n    "


@pytest.mark.parametrize(
    ("module", "statement"),
    [
        ("csms/wire/server.py", "import homeassistant.core"),
        ("csms/wire/server.py", LATE + "import homeassistant.core"),
        ("csms/v16/inbound.py", "from homeassistant.util import dt"),
        ("csms/wire/server.py", "from ...const import DOMAIN"),
        ("csms/v16/inbound.py", "from ...goe import client"),
        ("csms/__init__.py", "from .. import hub"),
        ("csms/limits/limiter.py", "from ..v16 import spelling"),
        ("csms/limits/limiter.py", "from ..v201 import spelling"),
        ("csms/v2/inbound.py", "from ..v16 import spelling"),
        ("hub.py", "from .csms.v16.spelling import snake"),
        ("goe/client.py", "import importlib; importlib.import_module('homeassistant')"),
        (
            "smart_charging/sun/surplus.py",
            "from ...csms.charge_point import ChargePoint",
        ),
        ("smart_charging/sun/surplus.py", HIDDEN + "import homeassistant"),
        ("config_flow.py", "from .csms.wire.server import Server"),
        ("config_flow.py", "from . import csms"),
        ("config_flow.py", HIDDEN + "from .csms.charge_point import ChargePoint"),
        ("flows/charger.py", "from ..csms.charge_point import ChargePoint"),
        ("number.py", "from .smart_charging import surplus"),
        ("charging/control.py", "from ..goe import client"),
        ("/simulator/car.py", "import homeassistant"),
        ("/simulator/car.py", "from custom_components.ocpp_cs.const import DOMAIN"),
    ],
)
def test_an_import_through_a_wall_is_found(
    tmp_path: Path, module: str, statement: str
) -> None:
    build(tmp_path, {module: statement})
    result = walls(tmp_path)
    assert result.returncode == 1
    assert f"{module.removeprefix('/')}:{statement.count('\n') + 1}: " in result.stdout


@pytest.mark.parametrize(
    ("module", "statement"),
    [
        ("csms/v16/inbound.py", "from ..charge_point import ChargePoint"),
        ("csms/central_system.py", "from . import v16"),
        ("csms/__init__.py", "from . import wire"),
        ("chargers/charger.py", "from ..csms.charge_point import ChargePoint"),
        (
            "number.py",
            "from .csms.charge_point import ChargePoint\nimport homeassistant",
        ),
        ("sensor/control.py", "from ..csms.charge_point import ChargePoint"),
        ("flows/charger.py", "from ..csms.model.tags import Tag"),
        ("charging/control.py", "from ..smart_charging import surplus"),
        ("goe_setup/setup.py", "from ..goe import client"),
        ("/simulator/car.py", "from simulator import clock"),
    ],
)
def test_a_door_is_no_wall(tmp_path: Path, module: str, statement: str) -> None:
    build(tmp_path, {module: statement})
    result = walls(tmp_path)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    "files",
    [
        {
            "tags/one.py": "from . import two",
            "tags/two.py": HIDDEN + "from .one import X",
        },
        {
            "tags/one.py": "from ..charging.two import x",
            "charging/two.py": "from ..plans import three",
            "plans/three.py": LATE + "from ..tags import one",
        },
        {
            "tags/__init__.py": "from .one import X",
            "tags/one.py": "from . import Y",
        },
    ],
)
def test_a_circle_is_found(tmp_path: Path, files: dict[str, str]) -> None:
    build(tmp_path, files)
    result = walls(tmp_path)
    assert result.returncode == 1
    assert "circle of imports: " in result.stdout
    # What is below a circle is not in it.
    build(tmp_path, {"tags/one.py": "from . import three", "tags/three.py": ""})
    assert "circle" not in walls(tmp_path).stdout


def test_a_file_at_the_top_needs_a_reason(tmp_path: Path) -> None:
    rooms = ("tags", "plans", "charging")
    build(
        tmp_path,
        {
            "sensor.py": "",
            "config_flow.py": "",
            "helper.py": "",
            **{f"{one}/a.py": "from ..helper import x" for one in rooms},
        },
    )
    result = walls(tmp_path)
    assert result.returncode == 1
    assert f"{TOP}/helper.py: " in result.stdout
    assert result.stdout.count("\n") == 1
    # Every feature passes through it.
    build(tmp_path, {"flows/a.py": "from .. import helper"})
    assert walls(tmp_path).returncode == 0


def test_a_folder_has_room_for_so_many(tmp_path: Path) -> None:
    build(tmp_path, {f"tags/file_{number}.py": "" for number in range(14)})
    assert walls(tmp_path).returncode == 0
    build(tmp_path, {"tags/__init__.py": ""})
    result = walls(tmp_path)
    assert result.returncode == 1
    assert f"{TOP}/tags: holds 15 files" in result.stdout


def test_a_class_that_is_cut_by_inheritance_is_found(tmp_path: Path) -> None:
    lower = "class Lower:\n    pass\n"
    upper = "from .lower import Lower\nclass Upper(Lower):\n    pass\n"
    build(tmp_path, {"tags/lower.py": lower, "tags/upper.py": upper})
    result = walls(tmp_path)
    assert result.returncode == 1
    assert f"{TOP}/tags/lower.py:1: Lower has Upper" in result.stdout
    # Two subclasses share something; a protocol is not half a class.
    build(tmp_path, {"tags/other.py": upper.replace("Upper", "Other")})
    assert walls(tmp_path).returncode == 0
    (tmp_path / TOP / "tags" / "other.py").unlink()
    build(
        tmp_path,
        {
            "tags/lower.py": "from typing import Protocol\n"
            + lower.replace("Lower:", "Lower(Protocol):")
        },
    )
    assert walls(tmp_path).returncode == 0


@pytest.mark.parametrize(
    "folder", [TOP, Path("tests"), Path("simulator"), Path("bench"), Path("devtools")]
)
def test_no_file_says_only_that_another_was_full(folder: Path) -> None:
    full = [
        path
        for path in (ROOT / folder).rglob("*.py")
        if path.stem.endswith(("_more", "_rest", "_2", "_misc", "_further"))
    ]
    assert full == []

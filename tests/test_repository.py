"""The repository's own promises: the walls between its parts, and versions that agree with each other."""

import json
from pathlib import Path
import re
import subprocess
import sys
import zipfile

from packaging.requirements import Requirement
import pytest

ROOT = Path(__file__).parents[1]
COMPONENT = ROOT / "custom_components" / "ocpp_cs"
MANIFEST = json.loads((COMPONENT / "manifest.json").read_text(encoding="utf-8"))
HACS = json.loads((ROOT / "hacs.json").read_text(encoding="utf-8"))


def pins(name: str) -> dict[str, str]:
    """What a requirements file pins: name and version."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", ["requirements_test.txt", "requirements_hass.txt"])
def test_what_is_tested_is_what_the_manifest_allows(name: str) -> None:
    pinned = pins(name)
    assert MANIFEST["requirements"]
    for line in MANIFEST["requirements"]:
        requirement = Requirement(line)
        assert pinned[requirement.name] in requirement.specifier


def test_manifest_has_the_order_that_home_assistant_wants() -> None:
    keys = list(MANIFEST)
    assert keys == ["domain", "name", *sorted(set(keys) - {"domain", "name"})]
    assert MANIFEST["domain"] == COMPONENT.name


def test_manifest_and_hacs_agree() -> None:
    assert HACS["name"] == MANIFEST["name"]
    assert HACS["zip_release"]
    assert HACS["filename"] == f"{MANIFEST['domain']}.zip"
    assert "single_config_entry" not in MANIFEST


def test_a_release_holds_the_integration_in_the_version_of_its_tag(
    tmp_path: Path,
) -> None:
    archives = [tmp_path / "one.zip", tmp_path / "two.zip"]
    for archive in archives:
        subprocess.run(
            [sys.executable, ROOT / "scripts" / "package.py", "3.2.1", archive],
            check=True,
        )
    with zipfile.ZipFile(archives[0]) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        names = archive.namelist()
    assert manifest == MANIFEST | {"version": "3.2.1"}
    assert "brand/icon.png" in names
    assert not [name for name in names if "__pycache__" in name]
    assert archives[0].read_bytes() == archives[1].read_bytes()


def test_a_tag_that_is_no_version_gives_no_release(tmp_path: Path) -> None:
    archive = tmp_path / "archive.zip"
    result = subprocess.run(
        [sys.executable, ROOT / "scripts" / "package.py", "latest", archive],
        check=False,
    )
    assert result.returncode
    assert not archive.exists()


def documents() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def anchors(page: Path) -> set[str]:
    """The headings of a page, as links name them."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")
        for title in titles
    }


def links(page: Path) -> list[tuple[str, str]]:
    """What a page links to within the repository: path and heading."""
    found = re.findall(
        r"\]\(([^)#\s]*)(?:#([\w-]+))?\)", page.read_text(encoding="utf-8")
    )
    return [(path, anchor) for path, anchor in found if "://" not in path]


@pytest.mark.parametrize("page", documents(), ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for path, anchor in links(page):
        target = (page.parent / path).resolve() if path else page
        if not target.exists():
            broken.append(path)
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            broken.append(f"{path}#{anchor}")
    assert broken == []


def test_links_are_read() -> None:
    assert {path for path, _ in links(ROOT / "README.md")} >= {"docs/actions.md"}
    assert any(anchor for page in documents() for _, anchor in links(page))


def test_each_page_and_picture_is_linked() -> None:
    linked = {
        (page.parent / path).resolve()
        for page in documents()
        for path, _ in links(page)
        if path
    }
    pages = {path.resolve() for path in (ROOT / "docs").rglob("*.md")}
    pictures = {path.resolve() for path in (ROOT / "docs" / "images").iterdir()}
    assert not (pages | pictures) - linked


def test_each_room_is_on_the_map() -> None:
    """A folder that docs/architecture.md does not show is one that nobody finds."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    tree = page.partition("## The map")[2].partition("Beside it")[0]
    drawn = set(re.findall(r"^ {6,10}(\w+)/ ", tree, re.MULTILINE))
    folders = {path.parent.name for path in COMPONENT.rglob("*/__init__.py")}
    assert drawn == folders
    # Files that it names are there.
    at_the_top = {path.stem for path in COMPONENT.glob("*.py")}
    lines = re.findall(r"^ {6}((?:\w+ )+\w+)$", tree, re.MULTILINE)
    named = {name for line in lines for name in line.split()}
    assert named
    assert named <= at_the_top

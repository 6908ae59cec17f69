"""All blueprints: what Home Assistant thinks of them, and where they are told of."""

import json
from pathlib import Path
import re
from urllib.parse import parse_qs, urlsplit

from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.components.blueprint import Blueprint
from homeassistant.components.blueprint.importer import _get_github_import_url
from homeassistant.core import HomeAssistant
from homeassistant.helpers import selector
import pytest

from .conftest import FOLDER

ROOT = FOLDER.parents[2]
NAMES = sorted(path.stem for path in FOLDER.iterdir())
REPOSITORY = json.loads(
    (ROOT / "custom_components" / "ocpp_cs" / "manifest.json").read_text("utf-8")
)["documentation"]
OLDEST = json.loads((ROOT / "hacs.json").read_text("utf-8"))["homeassistant"]
DOCS = (ROOT / "docs" / "blueprints.md").read_text("utf-8")


def address(name: str) -> str:
    return f"{REPOSITORY}/blob/main/blueprints/automation/ocpp_cs/{name}.yaml"


@pytest.fixture
async def blueprint(hass: HomeAssistant, blueprints: Path, name: str) -> Blueprint:
    """Return a blueprint as Home Assistant loads it, or fail."""
    return await async_get_blueprints(hass).async_get_blueprint(f"ocpp_cs/{name}.yaml")


def test_all_are_tested_here() -> None:
    assert all((FOLDER / f"{name}.yaml").exists() for name in NAMES)
    assert (
        sorted(
            path.stem.removeprefix("test_")
            for path in Path(__file__).parent.glob("test_*.py")
            if path != Path(__file__)
        )
        == NAMES
    )


@pytest.mark.parametrize("name", NAMES)
def test_it_is_valid(blueprint: Blueprint, name: str) -> None:
    metadata = blueprint.metadata
    assert blueprint.validate() is None
    assert metadata["name"].startswith("OCPP: ")
    assert metadata["description"]
    assert metadata["author"]
    assert metadata["homeassistant"]["min_version"] == OLDEST
    # What Home Assistant fetches when it imports or renews it.
    assert metadata["source_url"] == address(name)
    assert _get_github_import_url(address(name)).endswith(f"/main/{_path(name)}")


def _path(name: str) -> Path:
    return (FOLDER / f"{name}.yaml").relative_to(ROOT)


@pytest.mark.parametrize("name", NAMES)
def test_its_inputs_can_be_understood(blueprint: Blueprint, name: str) -> None:
    sections = blueprint.metadata["input"].values()
    assert sections and blueprint.inputs
    for section in sections:
        assert section["name"] and section["icon"].startswith("mdi:")
    for key, one in blueprint.inputs.items():
        assert one["name"], key
        chosen = selector.selector(one["selector"])
        default = one.get("default", "")
        # What need not be filled in has a default that its selector allows.
        if default not in ("", []) and chosen.selector_type != "action":
            chosen(default)


@pytest.mark.parametrize("name", NAMES)
def test_a_collapsed_section_needs_no_input(blueprint: Blueprint, name: str) -> None:
    sections = blueprint.metadata["input"].values()
    assert sections
    for section in sections:
        assert section["input"]
        if section.get("collapsed"):
            assert all("default" in one for one in section["input"].values())


@pytest.mark.parametrize("name", NAMES)
async def test_it_is_the_same_after_an_import(
    hass: HomeAssistant, blueprint: Blueprint, name: str
) -> None:
    """Home Assistant writes what it imports in its own way."""
    imported = async_get_blueprints(hass)
    await imported.async_add_blueprint(blueprint, f"imported/{name}.yaml")
    await imported.async_reset_cache()
    again = await imported.async_get_blueprint(f"imported/{name}.yaml")
    assert again.data == blueprint.data


@pytest.mark.parametrize("name", NAMES)
def test_it_is_documented(name: str) -> None:
    assert f"]({address(name)})" in DOCS
    buttons = [
        urlsplit(url)
        for url in re.findall(
            r"\((https://my\.home-assistant\.io/redirect/[^)]*)\)", DOCS
        )
    ]
    assert all(url.path == "/redirect/blueprint_import/" for url in buttons)
    assert [address(name)] in [parse_qs(url.query)["blueprint_url"] for url in buttons]
    # One heading, one button and one link for each.
    assert len(buttons) == len(re.findall(r"^## ", DOCS, re.MULTILINE)) == len(NAMES)

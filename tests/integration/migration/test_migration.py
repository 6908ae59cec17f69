"""Installations of version 1: what becomes of their devices and entities."""

from copy import deepcopy
import json
from pathlib import Path
import random
import subprocess
import sys
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.json import json_bytes
import pytest

from custom_components.ocpp_cs.chargers.naming import device_identifier, unique_id
from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.migration import go_back, migration
from tests.integration.helpers.version_1 import INSTALLATIONS, Row, installation, loaded

# What tells whose a row is, in words of version 1: {charger}_{key}, {charger}_{number}_{key}.
type Owner = tuple[str, str, int | None]
"""The id of the charger, the key of an entity or "", the number of the connector."""


def charge_points(what: dict[str, Any]) -> dict[str, str]:
    """Return the ids of the chargers by those of their subentries."""
    return {
        one["subentry_id"]: one["unique_id"]
        for one in what["entry"]["subentries"]
        if one["subentry_type"] == "charger"
    }


def owners(what: dict[str, Any], rows: list[Row]) -> dict[str, Owner]:
    """Return by the id of a row what it is about, as its subentry says."""
    ids = charge_points(what)
    found: dict[str, Owner] = {}
    for row in rows:
        if (charger := ids.get(row["config_subentry_id"])) is None:
            continue
        rest = row["unique_id"].removeprefix(f"{charger}_")
        assert rest != row["unique_id"]
        number, _, key = rest.partition("_")
        found[row["id"]] = (
            (charger, key, int(number)) if number.isdigit() else (charger, rest, None)
        )
    return found


def customised(what: dict[str, Any]) -> None:
    """Have the user rename, move, hide and disable things."""
    chance = random.Random(7)
    for row in what["entities"]:
        if chance.random() < 0.3:
            row["name"] = f"My {row['id'][:4]}"
        if chance.random() < 0.3:
            domain, _, name = row["entity_id"].partition(".")
            row["entity_id"] = f"{domain}.my_{row['id'][:6]}_{name[:5]}"
        if chance.random() < 0.2:
            row["disabled_by"] = "user"
        if chance.random() < 0.2:
            row["hidden_by"] = "user"
        if chance.random() < 0.2:
            row["area_id"] = "garage"
        if chance.random() < 0.2:
            row["labels"] = ["mine"]
        if chance.random() < 0.2:
            row["icon"] = "mdi:car"
    for row in [*what["devices"], *what["child_devices"]]:
        if chance.random() < 0.5:
            row["name_by_user"] = f"My device {row['id'][:4]}"
        if chance.random() < 0.5:
            row["area_id"] = "garage"


def rows_of(registry: Any) -> dict[str, Any]:
    """Return what a registry would write now."""
    written: dict[str, Any] = json.loads(json_bytes(registry._data_to_save()))
    return written


KEPT = (
    "entity_id",
    "name",
    "disabled_by",
    "hidden_by",
    "area_id",
    "labels",
    "icon",
    "device_id",
    "config_subentry_id",
    "options",
)


def check(hass: HomeAssistant, what: dict[str, Any]) -> None:
    """Check that all rows of `what` are there, with the ids of today."""
    written = {row["id"]: row for row in rows_of(er.async_get(hass))["entities"]}
    whose = owners(what, what["entities"])
    for row in what["entities"]:
        now = written[row["id"]]
        kept = set(KEPT)
        if row["unique_id"].endswith("_energy_month"):
            # What tags use is shown by now, with its precision.
            assert now["disabled_by"] is None
            kept -= {"disabled_by", "options"}
        assert {key: now[key] for key in kept} == {key: row[key] for key in kept}
        if (owner := whose.get(row["id"])) is None:
            # Those of tags go by the subentry, as ever.
            assert now["unique_id"] == row["unique_id"]
        else:
            charger, key, number = owner
            assert now["unique_id"] == unique_id(charger, key, number)
    devices = dr.async_get(hass)
    ids = charge_points(what)
    for row in [*what["devices"], *what["child_devices"]]:
        device = devices.async_get(row["id"])
        assert device is not None
        assert device.name_by_user == row["name_by_user"]
        assert device.area_id == row["area_id"]
        charger = ids.get(row["config_subentry_id"])
        [[_, old]] = row["identifiers"]
        if charger is None:
            assert device.identifiers == {(DOMAIN, old)}
        elif old == charger:
            assert device.identifiers == {device_identifier(charger)}
        else:
            number = int(old.removeprefix(f"{charger}_"))
            assert device.identifiers == {device_identifier(charger, number)}


@pytest.mark.parametrize("name", INSTALLATIONS)
async def test_everything_stays_what_it_was(
    hass: HomeAssistant, port: int, hass_storage: dict[str, Any], name: str
) -> None:
    what = installation(name)
    customised(what)
    entry = await loaded(hass, deepcopy(what), port, hass_storage)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.version == 2
    check(hass, what)
    # Whoever had lost one to another, or its device, has it now.
    devices = dr.async_get(hass)
    rows = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    for subentry in entry.get_subentries_of_type("charger"):
        charger = str(subentry.unique_id)
        assert devices.async_get_device_by_identifier(
            device_identifier(charger), entry.entry_id
        )
        own = {
            (row.domain, row.unique_id)
            for row in rows
            if row.config_subentry_id == subentry.subentry_id
        }
        for number in range(1, subentry.data["connectors"] + 1):
            assert ("switch", unique_id(charger, "available", number)) in own
            assert ("sensor", unique_id(charger, "status", number)) in own
        assert ("switch", unique_id(charger, "available")) in own
        assert ("button", unique_id(charger, "hard_reset")) in own
    await hass.config_entries.async_unload(entry.entry_id)


# The device registry looks for devices without entities, a while after each removal.
@pytest.mark.parametrize("expected_lingering_timers", [True])
@pytest.mark.parametrize("name", INSTALLATIONS)
async def test_what_there_was_is_kept(
    hass: HomeAssistant, port: int, hass_storage: dict[str, Any], name: str
) -> None:
    what = installation(name)
    customised(what)
    entry = await loaded(hass, deepcopy(what), port, hass_storage)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    key = f"{DOMAIN}.{entry.entry_id}.version_1"
    kept = hass_storage[key]["data"]
    assert kept["version"] == 1
    assert kept["entry"]["version"] == 1
    assert kept["entry"]["subentries"] == what["entry"]["subentries"]
    whose = owners(what, what["entities"])
    rows = {row["id"]: row for row in kept["entities"]}
    assert rows.keys() == whose.keys()
    for row in what["entities"]:
        if row["id"] in rows:
            assert {key: rows[row["id"]][key] for key in (*KEPT, "unique_id")} == {
                key: row[key] for key in (*KEPT, "unique_id")
            }
    # Those of chargers, where they are the same as before, did not change.
    assert {row["id"] for row in kept["devices"]} >= {
        row["id"] for row in what["child_devices"]
    }
    # With the server it goes.
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert key not in hass_storage


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", INSTALLATIONS)
async def test_killed_half_way(
    hass: HomeAssistant, port: int, hass_storage: dict[str, Any], name: str, seed: int
) -> None:
    """Whatever had reached the disk before the process was killed, it goes on."""
    chance = random.Random(f"{name} {seed}")
    what = installation(name)
    customised(what)
    half = deepcopy(what)
    whose = owners(what, what["entities"])
    # Registries are written whole, but one without the other, and in later releases
    # perhaps in pieces: any row may be done or not.
    share = (0.0, 1.0, 0.5, 0.5, 0.2, 0.8)[seed]
    for row in half["entities"]:
        if (owner := whose.get(row["id"])) is not None and chance.random() < share:
            row["unique_id"] = unique_id(*owner)
    share = (1.0, 0.0, 0.5, 0.5, 0.8, 0.2)[seed]
    ids = charge_points(what)
    for row in half["child_devices"]:
        if chance.random() < share:
            charger = ids[row["config_subentry_id"]]
            number = int(row["identifiers"][0][1].removeprefix(f"{charger}_"))
            row["identifiers"] = [list(device_identifier(charger, number))]
    half["entry"]["version"] = 1 + seed % 2
    entry = await loaded(hass, half, port, hass_storage)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.version == 2
    check(hass, what)
    await hass.config_entries.async_unload(entry.entry_id)


def test_what_the_control_knew_of_a_car_goes_on() -> None:
    assert migration.control_key("BOX_1", "BOX_1_2") == "BOX_1/2"
    assert migration.control_key("a/b%", "a/b%_1") == "a%2Fb%25/1"
    for today in ("BOX/1", "BOX_1/2", "BOX_1_/1"):
        assert migration.control_key("BOX", today) == today


async def test_a_second_time_nothing_changes(
    hass: HomeAssistant, port: int, hass_storage: dict[str, Any]
) -> None:
    what = installation("odd_ids")
    entry = await loaded(hass, deepcopy(what), port, hass_storage)
    await migration.async_migrate_ids(hass, entry)
    entities, devices = rows_of(er.async_get(hass)), rows_of(dr.async_get(hass))
    key = f"{DOMAIN}.{entry.entry_id}.version_1"
    kept = deepcopy(hass_storage[key])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert hass_storage[key] == kept
    known = {row["id"] for row in entities["entities"]}
    ids = {row["id"]: row["unique_id"] for row in entities["entities"]}
    after = rows_of(er.async_get(hass))["entities"]
    assert {row["id"]: row["unique_id"] for row in after if row["id"] in known} == ids
    assert [row["identifiers"] for row in devices["child_devices"]] == [
        row["identifiers"] for row in rows_of(dr.async_get(hass))["child_devices"]
    ]
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("expected_lingering_timers", [True])
async def test_an_id_that_somebody_has_is_left_alone(
    hass: HomeAssistant,
    port: int,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    what = installation("one_connector_each")
    entry = await loaded(hass, deepcopy(what), port, hass_storage)
    entities = er.async_get(hass)
    taken = entities.async_get_or_create(
        "sensor",
        DOMAIN,
        unique_id("BOX", "status", 1),
        config_entry=entry,
        config_subentry_id="subentry1",
    )
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert (
        entities.async_get_entity_id("sensor", DOMAIN, unique_id("BOX", "status", 1))
        == taken.entity_id
    )
    assert "An id of version 1 could not be changed" in caplog.text
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("name", INSTALLATIONS)
async def test_the_way_back(
    hass: HomeAssistant,
    port: int,
    hass_storage: dict[str, Any],
    tmp_path: Path,
    name: str,
) -> None:
    what = installation(name)
    customised(what)
    entry = await loaded(hass, deepcopy(what), port, hass_storage)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    config = tmp_path / "at home"
    storage = config / ".storage"
    storage.mkdir(parents=True)
    key = f"{DOMAIN}.{entry.entry_id}.version_1"
    for file, content in (
        (key, hass_storage[key]),
        ("core.entity_registry", {"data": rows_of(er.async_get(hass))}),
        ("core.device_registry", {"data": rows_of(dr.async_get(hass))}),
        (
            "core.config_entries",
            {"data": {"entries": [json.loads(json_bytes(entry.as_dict()))]}},
        ),
    ):
        (storage / file).write_text(json.dumps(content), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, go_back.__file__, str(config)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "have the ids of the version before" in done.stdout

    def read(file: str) -> Any:
        return json.loads((storage / file).read_text(encoding="utf-8"))["data"]

    [one] = read("core.config_entries")["entries"]
    assert one["version"] == 1
    rows = {row["id"]: row for row in read("core.entity_registry")["entities"]}
    for row in what["entities"]:
        assert rows[row["id"]]["unique_id"] == row["unique_id"]
    devices = read("core.device_registry")
    found = {row["id"]: row for row in devices["devices"] + devices["child_devices"]}
    for row in [*what["devices"], *what["child_devices"]]:
        assert found[row["id"]]["identifiers"] == row["identifiers"]
    # Once is enough, and nothing is lost by more.
    assert go_back.go_back(config) == 0
    await hass.config_entries.async_unload(entry.entry_id)


def test_there_is_no_way_back_from_nowhere(tmp_path: Path) -> None:
    (tmp_path / ".storage").mkdir()
    done = subprocess.run(
        [sys.executable, go_back.__file__, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "nothing to undo" in done.stdout

"""A memory of valid JSON and any other shape: it ends no set-up, and no connection."""

from copy import deepcopy
import random
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN
from tests.integration.conftest import AddCharger, charger_subentry
from tests.sampling import sample

TIME = "2030-11-29T12:00:00+00:00"
WAY: dict[str, Any] = {
    "kind": "Absolute",
    "level": 3,
    "unit": "A",
    "purpose": "TxDefaultProfile",
}

WHOLE: dict[str, Any] = {
    "CP1": {
        "reservations": [
            {
                "id": 1,
                "connector_id": 1,
                "id_tag": "T",
                "parent_id_tag": None,
                "expires": TIME,
                "made": TIME,
                "shown_at": None,
            }
        ],
        "limits": {
            "connectors": {
                "1": {
                    "limit_a": 10.0,
                    "paused": False,
                    "phases": None,
                    "sent": {"phases": None, **WAY},
                }
            },
            "way": [[None, None, None], WAY, WAY],
            "users": [
                {
                    "id": 7,
                    "connector_id": 1,
                    "purpose": "TxDefaultProfile",
                    "level": 1,
                    "begins": None,
                    "ends": TIME,
                    "transaction_id": None,
                }
            ],
        },
        "clock_offset": 120,
        "charge_modes": {"1": "solar"},
        "charge_control": {
            "at": 1.0,
            "chargers": {
                "CP1/1": {
                    "car": {"told_a": 6.0, "told_phases": 1, "full": False},
                    "cut_at": None,
                    "sun": {"on": True},
                }
            },
        },
        "charge_plans": {
            "1": {
                "on": True,
                "ready_by": TIME,
                "energy": 10.0,
                "plug": {"old": "x", "current": "y", "base": 1.0, "wh": 2.0},
                "vehicle": {"lines": 3, "cap_a": 16.0, "soc": 50.0, "soc_at": 1.0},
                "plan": {},
            }
        },
        "local_list": {"version": 3, "entries": {"T": {"status": "Accepted"}}},
        "missed_limit": {"connector": 1, "transaction": 1, "error": "x"},
        "schedules": {
            "7": {
                "connector": 1,
                "periods": [{"start": "22:00:00", "limit": 10.0}],
                "recurrence": "daily",
                "unit": "A",
                "level": 1,
                "valid_from": None,
                "valid_to": None,
                "offset": 0.0,
            }
        },
        "starts": {},
        "refused_measurands": [],
        "remote": "127.0.0.1",
    }
}

ODD: list[Any] = [
    None,
    5,
    -1,
    1e300,
    float("inf"),
    True,
    "",
    "x",
    [],
    [1],
    [[]],
    {},
    {"x": 1},
    {"1": 5},
    {"99999999": {"limit_a": 10.0}},
    {"-1": {"limit_a": 10.0}},
    {"x": {"x": []}},
]


@pytest.fixture
def subentries() -> list[Any]:
    """Return two chargers: what is kept of the second is right."""
    return [
        charger_subentry(one, connectors=1, keep_local_list=True)
        for one in ("CP1", "CP2")
    ]


@pytest.fixture
def options() -> dict[str, Any]:
    """Return the options of a server with modes."""
    return {"solar": {"grid_power": "sensor.grid"}}


def spoiled(chance: random.Random) -> Any:
    """Return the memory with one to three things in it that are of another shape."""
    root: Any = {"root": deepcopy(WHOLE)}
    for _ in range(chance.randint(1, 3)):
        node, key = root, "root"
        while (below := node[key]) and isinstance(below, dict | list):
            if node is not root and chance.random() < 0.25:
                break
            keys = list(below) if isinstance(below, dict) else list(range(len(below)))
            node, key = below, chance.choice(keys)
        node[key] = deepcopy(chance.choice(ODD))
    return root["root"]


async def check(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    charger: AddCharger,
    caplog: pytest.LogCaptureFixture,
    memory: Any,
    *,
    connect: bool = True,
) -> None:
    """Set up with a memory: both chargers come in, and nothing raises."""
    key = f"{DOMAIN}.{entry.entry_id}.chargers"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": memory}
    hass.states.async_set("sensor.grid", "-3000", {"unit_of_measurement": "W"})
    caplog.clear()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert len(entry.runtime_data.chargers) == 2
    here = [await charger(one) for one in ("CP1", "CP2")] if connect else []
    assert all(one.boot_status == "Accepted" for one in here)
    await hass.async_block_till_done()
    assert "Traceback" not in caplog.text, memory
    assert not [record for record in caplog.records if record.exc_info], memory
    for one in here:
        await one.stop()
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()


@pytest.mark.parametrize("odd", sample(ODD, 6))
async def test_the_file_is_something_else(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    charger: AddCharger,
    caplog: pytest.LogCaptureFixture,
    odd: Any,
) -> None:
    entry.add_to_hass(hass)
    await check(hass, hass_storage, entry, charger, caplog, odd)


@pytest.mark.parametrize("odd", sample(ODD, 6))
async def test_a_charger_is_something_else(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    charger: AddCharger,
    caplog: pytest.LogCaptureFixture,
    odd: Any,
) -> None:
    entry.add_to_hass(hass)
    await check(hass, hass_storage, entry, charger, caplog, {"CP1": odd})


@pytest.mark.parametrize("kind", WHOLE["CP1"])
async def test_a_record_is_something_else(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    charger: AddCharger,
    caplog: pytest.LogCaptureFixture,
    kind: str,
) -> None:
    entry.add_to_hass(hass)
    for odd in sample(ODD, 4, always=[{"1": 5}]):
        memory = deepcopy(WHOLE)
        memory["CP1"][kind] = odd
        await check(hass, hass_storage, entry, charger, caplog, memory, connect=False)


@pytest.mark.parametrize("seed", sample(range(40), 5))
async def test_anything_in_it_is_something_else(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    charger: AddCharger,
    caplog: pytest.LogCaptureFixture,
    seed: int,
) -> None:
    entry.add_to_hass(hass)
    memory = spoiled(random.Random(seed))
    await check(hass, hass_storage, entry, charger, caplog, memory)

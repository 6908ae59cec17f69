"""What another version of the integration has written: earlier ones, and later ones."""

from copy import deepcopy
import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.storage import STORAGE_DIR
import pytest

from custom_components.ocpp_cs.chargers.store import Memory, async_remove_memory
from custom_components.ocpp_cs.chargers.versioned_store import VersionedStore
from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.transactions.files import meanwhile
from custom_components.ocpp_cs.sessions.store import books_path
from tests.csms.transactions.test_storage import run_sql
from tests.integration.conftest import make_entry, setup, wait_for
from tests.integration.helpers.entities import Wallbox, value_of


async def sessions(hass: HomeAssistant) -> list[int]:
    """Return the ids of all sessions."""
    answer = await hass.services.async_call(
        DOMAIN, "get_sessions", {}, blocking=True, return_response=True
    )
    assert answer is not None
    found: Any = answer["sessions"]
    return [one["transaction_id"] for one in found]


async def charge(hass: HomeAssistant, hub: Any, server_url: str) -> int:
    """Charge once; return the number of the session."""
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        number = await box.start(meter=1000)
        await wait_for(hass, lambda: value_of(hass, "CP1/1/charging", "switch") == "on")
        await box.stop(number, meter=1500)
    return number


async def test_sessions_of_a_later_version(
    hass: HomeAssistant,
    port: int,
    server_url: str,
    issue_registry: ir.IssueRegistry,
) -> None:
    """Charging goes on, and the sessions of both versions are there in the end."""
    entry = make_entry(port, "CP1")
    hub = await setup(hass, entry)
    before = await charge(hass, hub, server_url)
    await hass.config_entries.async_unload(entry.entry_id)
    path = books_path(hass, entry.entry_id)
    run_sql(path, "PRAGMA user_version = 99")
    content = path.read_bytes()
    issue = (DOMAIN, f"books_newer_{entry.entry_id}")

    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert issue_registry.issues[issue].translation_placeholders == {
        "server": f"Server {port}",
        "file": str(path),
        "meanwhile": str(meanwhile(path)),
    }
    later = await charge(hass, entry.runtime_data, server_url)
    assert await sessions(hass) == [later]
    await hass.config_entries.async_unload(entry.entry_id)
    assert path.read_bytes() == content

    run_sql(path, "PRAGMA user_version = 2")
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert await sessions(hass) == [before, later]
    assert issue not in issue_registry.issues
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert list(path.parent.glob(f"{path.name}*")) == []


def stored(hass: HomeAssistant, key: str) -> Path:
    """Return the file of a store."""
    return Path(hass.config.path(STORAGE_DIR, key))


type Storage = dict[str, Any]
"""What stands for Home Assistant's stores in tests."""


def write(
    storage: Storage, path: Path, version: int, minor_version: int, data: Any
) -> None:
    """Write a store as another version does."""
    storage[path.name] = {
        "version": version,
        "minor_version": minor_version,
        "key": path.name,
        "data": data,
    }
    # The file is what is copied.
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(storage[path.name]))


async def test_a_memory_of_a_later_version(
    hass: HomeAssistant,
    hass_storage: Storage,
    port: int,
    issue_registry: ir.IssueRegistry,
) -> None:
    """The server runs without it, and leaves it alone."""
    entry = make_entry(port, "CP1")
    path = stored(hass, f"{DOMAIN}.{entry.entry_id}.chargers")
    write(hass_storage, path, 9, 1, {"CP1": {"identity": {"model": "later"}}})
    content = deepcopy(hass_storage[path.name])
    issue = (DOMAIN, f"memory_newer_{entry.entry_id}")
    hub = await setup(hass, entry)
    assert issue in issue_registry.issues
    hub._memory.async_set("CP1", "kind", 1)
    await hass.config_entries.async_unload(entry.entry_id)
    assert hass_storage[path.name] == content
    write(hass_storage, path, 1, 2, {})
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert issue not in issue_registry.issues
    await hass.config_entries.async_unload(entry.entry_id)


async def test_a_memory_of_before_is_kept(
    hass: HomeAssistant, hass_storage: Storage
) -> None:
    """Ids of transactions became texts in it; the minor version says so."""
    path = stored(hass, f"{DOMAIN}.entry.chargers")
    write(
        hass_storage,
        path,
        1,
        1,
        {
            "CP1": {
                "starts": {"1": {"continued": {"transaction_id": 5, "id_tag": "T"}}},
                "missed_limit": {"connector": 1, "transaction": 7, "error": "no"},
                "limits": {"users": [{"id": 3, "transaction_id": None}]},
            }
        },
    )
    content = path.read_bytes()
    memory = Memory(hass, "entry")
    await memory.async_load()
    assert not memory.is_newer
    assert memory.get("CP1", "starts")["1"]["continued"]["transaction_id"] == "5"
    assert memory.get("CP1", "missed_limit")["transaction"] == "7"
    assert memory.get("CP1", "limits") == {"users": [{"id": 3, "transaction_id": None}]}
    await memory.async_close()
    kept = path.with_name(f"{path.name}.version-1.1")
    assert kept.read_bytes() == content
    assert hass_storage[path.name]["minor_version"] == 2
    await async_remove_memory(hass, "entry")
    assert path.name not in hass_storage
    assert list(path.parent.glob(f"{path.name}.*")) == []


async def test_two_stores_of_before_are_kept(
    hass: HomeAssistant, hass_storage: Storage
) -> None:
    """The last two, with their version in the name."""
    path = stored(hass, f"{DOMAIN}.some")
    for minor in (1, 2, 3):
        write(hass_storage, path, 1, minor, {"minor": minor})
        store = VersionedStore(
            hass,
            1,
            path.name,
            minor_version=minor + 1,
            upgrade=lambda _, minor, data: data,
        )
        assert await store.async_load() == {"minor": minor}
    assert sorted(one.name for one in path.parent.glob(f"{path.name}.*")) == [
        f"{path.name}.version-1.2",
        f"{path.name}.version-1.3",
    ]


async def test_a_store_that_cannot_be_copied_is_used_and_stays_as_it_is(
    hass: HomeAssistant, hass_storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk keeps no charger from being served: here a folder is in the way."""
    path = stored(hass, f"{DOMAIN}.some")
    write(hass_storage, path, 1, 1, {"some": "thing"})
    path.with_name(f"{path.name}.version-1.1.new").mkdir(parents=True)
    before = hass_storage[path.name]
    store = VersionedStore(
        hass,
        1,
        path.name,
        minor_version=2,
        upgrade=lambda _, minor, data: {**data, "more": minor},
    )
    assert await store.async_load() == {"some": "thing", "more": 1}
    await store.async_save({"some": "thing else"})
    assert hass_storage[path.name] == before
    assert f"{path.name} is not migrated on the disk" in caplog.text


@pytest.mark.parametrize(
    ("version", "minor_version", "state"),
    [
        (2, 9, ConfigEntryState.LOADED),
        (3, 1, ConfigEntryState.MIGRATION_ERROR),
    ],
)
async def test_an_entry_of_a_later_version(
    hass: HomeAssistant,
    port: int,
    version: int,
    minor_version: int,
    state: ConfigEntryState,
) -> None:
    """A minor version is no obstacle; neither is made an earlier one."""
    entry = make_entry(port, "CP1")
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(
        entry, version=version, minor_version=minor_version
    )
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is state
    assert (entry.version, entry.minor_version) == (version, minor_version)
    if entry.state is ConfigEntryState.LOADED:
        await hass.config_entries.async_unload(entry.entry_id)

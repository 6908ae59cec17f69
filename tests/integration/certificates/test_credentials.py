"""The store of passwords and accepted levels: private, saved at once, and hard to break."""

from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.certificates.credentials import (
    Credential,
    Credentials,
    PasswordState,
    PendingPassword,
    async_remove_credentials,
    merged,
)
from custom_components.ocpp_cs.csms.model.security import NO_RULES, SecurityLevel
from custom_components.ocpp_cs.csms.security.passwords import as_dict, hashed, matches
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.security.levels import Levels
from tests.integration.conftest import setup, wait_for
from tests.integration.helpers.repairs import said, shown
from tests.integration.helpers.security import Box, refused
from tests.integration.helpers.storage import fixture_real_storage  # noqa: F401 - pytest looks for fixtures here

pytestmark = pytest.mark.usefixtures("real_storage")

ID = "entry"


@pytest.fixture
def file(hass: HomeAssistant) -> Path:
    """Return the file of the credentials."""
    return Path(hass.config.path(".storage", f"ocpp_cs.{ID}.security"))


async def loaded(hass: HomeAssistant) -> Credentials:
    """Return credentials as they are after a restart."""
    credentials = Credentials(hass, ID)
    await credentials.async_load()
    return credentials


def write(file: Path, data: Any, version: int = 1, minor_version: int = 1) -> None:
    """Write a file, as another version or an editor may have left it."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(
        json.dumps(
            {
                "version": version,
                "minor_version": minor_version,
                "key": file.name,
                "data": data,
            }
        )
    )


FULL = Credential(
    level=SecurityLevel.TLS,
    password_needed=True,
    passwords=(hashed("first"), hashed("second")),
    pending_password=PendingPassword(
        hash=hashed("third"), state=PasswordState.SENT, text="third", writes=2
    ),
    is_held=True,
    raising_to=SecurityLevel.CERTIFICATE,
    raising_since=datetime(2026, 11, 29, 12, 0, tzinfo=UTC),
    root="ab" * 32,
    certificate_ends=datetime(2027, 11, 29, tzinfo=UTC),
)


async def test_everything_is_on_the_disk_at_once(
    hass: HomeAssistant, file: Path
) -> None:
    credentials = await loaded(hass)
    assert credentials.get("CP1") == Credential()
    fields = {name: getattr(FULL, name) for name in Credential.__slots__}
    await credentials.async_change("CP1", **fields)
    await credentials.async_set_unknown_password(hashed("unknown"))
    assert file.stat().st_mode & 0o777 == 0o600
    # As if Home Assistant were killed: nothing is closed.
    again = await loaded(hass)
    assert again.get("CP1") == FULL
    assert again.get("CP2") == Credential()
    assert again.unknown_password is not None
    assert matches(b"unknown", again.unknown_password)
    assert not again.unreadable


async def test_a_change_without_effect_does_not_write(
    hass: HomeAssistant, file: Path
) -> None:
    credentials = await loaded(hass)
    await credentials.async_change("CP1", level=SecurityLevel.NONE)
    assert not file.exists()
    changed: list[str] = []
    stop = credentials.listen(changed.append)
    await credentials.async_change("CP1", level=SecurityLevel.TLS)
    await credentials.async_change("CP1", level=SecurityLevel.TLS)
    assert changed == ["CP1"]
    stop()
    await credentials.async_change("CP1", level=SecurityLevel.NONE)
    assert changed == ["CP1"]


async def test_nothing_secret_is_in_a_representation() -> None:
    told = repr(FULL)
    for secret in ("third", *(one.digest.hex() for one in FULL.passwords)):
        assert secret not in told
    assert "digest" not in told
    assert "salt" not in told


@pytest.mark.parametrize(
    "data",
    [
        [],
        "text",
        {"chargers": []},
        {"chargers": {"CP1": None}},
        {"chargers": {"CP1": {"level": 9}}},
        {"chargers": {"CP1": {"level": True}}},
        {"chargers": {"CP1": {"passwords": {"salt": "x"}}}},
        {"chargers": {"CP1": {"passwords": [{"salt": "x"}]}}},
        {"chargers": {"CP1": {"pending_password": {"text": 5}}}},
        {"chargers": {"CP1": {"raising_since": "2026-01-01T00:00:00"}}},
        {"chargers": {"CP1": {"raising_since": "yesterday"}}},
        {"chargers": {"CP1": {"root": 5}}},
        {"chargers": {"CP1": {"is_held": 1}}},
        {"server": []},
        {"server": {"unknown_password": {"salt": 1}}},
    ],
)
async def test_a_damaged_file_is_read_as_far_as_possible(
    hass: HomeAssistant, file: Path, data: Any
) -> None:
    good = {"level": 2, "passwords": [as_dict(hashed("good"))]}
    if isinstance(data, dict) and isinstance(data.get("chargers", {}), dict):
        data = {**data, "chargers": {"CP2": good, **data.get("chargers", {})}}
    await hass.async_add_executor_job(write, file, data)
    credentials = await loaded(hass)
    assert credentials.get("CP1") == Credential()
    assert credentials.unknown_password is None
    if isinstance(data, dict) and "CP2" in data.get("chargers", {}):
        assert credentials.get("CP2").level is SecurityLevel.TLS
        assert matches(b"good", *credentials.get("CP2").passwords)
    await credentials.async_change("CP1", level=SecurityLevel.TLS)
    assert (await loaded(hass)).get("CP1").level is SecurityLevel.TLS


async def test_a_password_that_cannot_be_read_opens_nothing(
    hass: HomeAssistant, file: Path
) -> None:
    record = {"level": 1, "password_needed": True, "passwords": [{"salt": 5}]}
    await hass.async_add_executor_job(write, file, {"chargers": {"CP1": record}})
    credentials = await loaded(hass)
    rules = credentials.get("CP1").rules
    assert rules.level is SecurityLevel.PASSWORD
    assert rules.password_needed
    assert not rules.passwords
    assert credentials.unreadable == {"CP1"}


async def test_a_later_minor_version_keeps_what_it_has_added(
    hass: HomeAssistant, file: Path
) -> None:
    data = {
        "chargers": {"CP1": {"level": 1, "later": 1}, "CP2": {"later": 2}},
        "server": {"later": 3},
        "later": 4,
    }
    await hass.async_add_executor_job(write, file, data, 1, 7)
    credentials = await loaded(hass)
    assert credentials.get("CP1").level is SecurityLevel.PASSWORD
    await credentials.async_change("CP1", level=SecurityLevel.TLS)
    stored = json.loads(await hass.async_add_executor_job(file.read_text))["data"]
    assert stored["chargers"]["CP1"]["later"] == 1
    assert stored["chargers"]["CP1"]["level"] == 2
    assert stored["chargers"]["CP2"]["later"] == 2
    assert stored["server"]["later"] == 3
    assert stored["later"] == 4
    credentials.async_forget("CP1")
    credentials.async_forget("CP2")
    await credentials.async_close()
    stored = json.loads(await hass.async_add_executor_job(file.read_text))["data"]
    assert not stored["chargers"]


async def test_a_later_version_is_left_alone(hass: HomeAssistant, file: Path) -> None:
    await hass.async_add_executor_job(write, file, {"chargers": {}}, 2)
    before = await hass.async_add_executor_job(file.read_bytes)
    credentials = await loaded(hass)
    assert credentials.is_newer
    await credentials.async_change("CP1", level=SecurityLevel.TLS)
    assert credentials.get("CP1").level is SecurityLevel.TLS
    await credentials.async_close()
    assert await hass.async_add_executor_job(file.read_bytes) == before


async def test_the_file_is_removed(hass: HomeAssistant, file: Path) -> None:
    credentials = await loaded(hass)
    await credentials.async_change("CP1", level=SecurityLevel.TLS)
    await async_remove_credentials(hass, ID)
    assert not file.exists()


def test_few_passwords_are_accepted_at_once() -> None:
    one, two, three, four = (hashed(text) for text in ("1", "2", "3", "4"))
    assert merged((), one) == (one,)
    assert merged((one,), one) == (one,)
    assert merged((one, two), three) == (one, two, three)
    # The first is the one that it certainly has.
    assert merged((one, two, three), four) == (one, three, four)


def test_a_password_may_be_received_in_several_spellings() -> None:
    digits = "00112233445566778899aabbccddeeff00112233"
    written, typed = hashed(digits), hashed(b"typed \xff by hand")
    assert matches(bytes.fromhex(digits), written)
    assert matches(digits.upper().encode(), written)
    assert matches(b"typed \xff by hand", written, typed)
    assert not matches(b"typed", written, typed)
    assert not matches(b"", written, typed)
    assert not matches(b"")


# With a server.


@pytest.mark.parametrize("subentries", [["CP1", "CP2"]])
async def test_they_are_applied_before_a_charger_can_connect(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    record = {
        "level": 1,
        "password_needed": True,
        "passwords": [as_dict(hashed("secret"))],
    }
    path = Path(hass.config.path(".storage", f"ocpp_cs.{entry.entry_id}.security"))
    await hass.async_add_executor_job(write, path, {"chargers": {"CP1": record}})
    hub = await setup(hass, entry)
    points = hub.central_system.charge_points
    rules = points["CP1"].security_rules
    assert rules.level is SecurityLevel.PASSWORD
    assert rules.password_needed
    assert matches(b"secret", *rules.passwords)
    assert points["CP2"].security_rules == NO_RULES
    # And again with each change.
    credentials = hub.part(Levels).credentials
    credentials.async_change("CP2", level=SecurityLevel.TLS)
    assert points["CP2"].security_rules.level is SecurityLevel.TLS


@pytest.mark.parametrize("subentries", [["CP1", "CP2"]])
async def test_they_go_with_the_charger_and_with_the_server(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub
) -> None:
    entry = setup_integration
    path = Path(hass.config.path(".storage", f"ocpp_cs.{entry.entry_id}.security"))
    credentials = hub.part(Levels).credentials
    for one in ("CP1", "CP2"):
        credentials.async_change(one, level=SecurityLevel.TLS)
    (first,) = [
        subentry_id
        for subentry_id, charger in hub.chargers.items()
        if charger.charge_point.id == "CP1"
    ]
    hass.config_entries.async_remove_subentry(entry, first)
    await hass.async_block_till_done()
    stored = json.loads(await hass.async_add_executor_job(path.read_text))["data"]
    assert stored["chargers"].keys() == {"CP2"}
    # They survive a reload.
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    again = entry.runtime_data.part(Levels).credentials
    assert again is not credentials
    assert again.get("CP2").level is SecurityLevel.TLS
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert not path.exists()


@pytest.mark.parametrize("subentries", [["CP1", "CP2"]])
async def test_what_cannot_be_read_is_a_repair(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    path = Path(hass.config.path(".storage", f"ocpp_cs.{entry.entry_id}.security"))
    damaged = {"CP1": {"level": "high"}, "CP2": {"level": 2}}
    await hass.async_add_executor_job(write, path, {"chargers": damaged})
    hub = await setup(hass, entry)
    (issue,) = shown(hass)
    assert issue.translation_key == "security_damaged"
    assert said(issue)["chargers"] == "`CP1`"
    assert hub.central_system.charge_points["CP2"].security_rules.level == 2
    await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_add_executor_job(write, path, {}, 2)
    await hass.config_entries.async_setup(entry.entry_id)
    (issue,) = shown(hass)
    assert issue.translation_key == "security_newer"
    await hass.config_entries.async_unload(entry.entry_id)
    readable = {"CP1": {"level": 0}, "CP2": {"level": 2}}
    await hass.async_add_executor_job(write, path, {"chargers": readable})
    await hass.config_entries.async_setup(entry.entry_id)
    assert not shown(hass)
    await hass.config_entries.async_unload(entry.entry_id)


LOST = [
    pytest.param(None, id="no file"),
    "[]",
    '"x"',
    '{"a": 1}',
    '{"version": 1, "minor_version": 1, "key": "x", "data": []}',
    '{"version": 1, "minor_version": 1, "key": "x", "data": {"chargers": [1]}}',
    '{"version": 1, "minor_version": 1, "key": "x", "data": {"char',
    "",
]


@pytest.mark.parametrize("content", LOST)
@pytest.mark.parametrize("subentries", [["CP1", "CP2", "CP3"]])
@pytest.mark.usefixtures("socket_enabled")
async def test_who_loses_the_file_does_not_open_the_door(
    hass: HomeAssistant, entry: MockConfigEntry, server_url: str, content: str | None
) -> None:
    """What is demanded stays; only the passwords are lost, and can be accepted again."""
    hub = await setup(hass, entry)
    credentials = hub.part(Levels).credentials
    await credentials.async_change("CP1", level=SecurityLevel.TLS)
    await credentials.async_change(
        "CP2",
        level=SecurityLevel.PASSWORD,
        password_needed=True,
        passwords=(hashed("secret"),),
    )
    await hass.config_entries.async_unload(entry.entry_id)
    path = Path(hass.config.path(".storage", f"ocpp_cs.{entry.entry_id}.security"))
    if content is None:
        await hass.async_add_executor_job(path.unlink)
    else:
        await hass.async_add_executor_job(path.write_text, content)

    assert await hass.config_entries.async_setup(entry.entry_id)
    hub = entry.runtime_data
    (issue,) = shown(hass)
    assert issue.translation_key == "security_damaged"
    assert said(issue)["chargers"] == "`CP1`, `CP2`"
    credentials = hub.part(Levels).credentials
    assert credentials.get("CP1").level is SecurityLevel.TLS
    assert await refused(Box(server_url, "CP1")) == 426
    assert await refused(Box(server_url, "CP2")) == 401
    for _ in range(3):
        assert await refused(Box(server_url, "CP2", password="secret")) == 401
    await wait_for(
        hass,
        lambda: (
            {one.translation_key for one in shown(hass)}
            == {"security_damaged", "not_encrypted", "password_wrong"}
        ),
    )
    async with Box(server_url, "CP3"):
        pass
    if content is not None:
        (copy,) = [
            one
            for one in await hass.async_add_executor_job(list, path.parent.iterdir())
            if one.name.startswith(f"{path.name}.")
        ]
        assert await hass.async_add_executor_job(copy.read_text) == content
        assert copy.stat().st_mode & 0o077 == 0

    # It is written again, and holds after another restart.
    await hass.config_entries.async_unload(entry.entry_id)
    assert await hass.config_entries.async_setup(entry.entry_id)
    credentials = entry.runtime_data.part(Levels).credentials
    assert not credentials.unreadable
    assert credentials.get("CP1").level is SecurityLevel.TLS
    assert credentials.get("CP2").password_needed
    # The owner lowers it, and what was kept does not come back.
    await credentials.async_change("CP1", level=SecurityLevel.NONE)
    await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_add_executor_job(path.unlink)
    assert await hass.config_entries.async_setup(entry.entry_id)
    credentials = entry.runtime_data.part(Levels).credentials
    assert credentials.get("CP1").level is SecurityLevel.NONE
    assert credentials.get("CP2").password_needed
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_one_that_is_added_again_has_nothing_demanded(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    hub = await setup(hass, entry)
    hub.part(Levels).credentials.async_change("CP1", level=SecurityLevel.TLS)
    (subentry,) = entry.subentries.values()
    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await hass.async_block_till_done()
    hass.config_entries.async_add_subentry(entry, subentry)
    await hass.async_block_till_done()
    assert hub.part(Levels).credentials.get("CP1") == Credential()
    assert not shown(hass)
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_a_later_version_opens_nothing(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    hub = await setup(hass, entry)
    await hub.part(Levels).credentials.async_change("CP1", level=SecurityLevel.TLS)
    await hass.config_entries.async_unload(entry.entry_id)
    path = Path(hass.config.path(".storage", f"ocpp_cs.{entry.entry_id}.security"))
    await hass.async_add_executor_job(write, path, {}, 2)
    for _ in range(2):
        assert await hass.config_entries.async_setup(entry.entry_id)
        (issue,) = shown(hass)
        assert issue.translation_key == "security_newer"
        rules = entry.runtime_data.central_system.charge_points["CP1"].security_rules
        assert rules.level is SecurityLevel.TLS
        await hass.config_entries.async_unload(entry.entry_id)

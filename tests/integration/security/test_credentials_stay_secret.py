"""Passwords, hashes and keys stand in their private stores, and nowhere else."""

import asyncio
import base64
from collections.abc import Callable
import logging
from pathlib import Path
from typing import Any

from homeassistant.const import MATCH_ALL
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.certificates.store import async_certificates
from custom_components.ocpp_cs.csms.model.errors import ConnectionLostError
from custom_components.ocpp_cs.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import cards, charger_subentry
from tests.integration.helpers.repairs import Mending, fixture_mend, shown  # noqa: F401 - pytest looks for fixtures here
from tests.integration.helpers.security import (  # noqa: F401 - pytest looks for fixtures here
    Box,
    Tls,
    credential_of,
    fixture_tls,
    known,
    levels_of,
    refused,
)
from tests.integration.helpers.storage import fixture_real_storage  # noqa: F401 - pytest looks for fixtures here

pytestmark = pytest.mark.usefixtures("socket_enabled", "real_storage")

WRONG = "entirely-wrong-9Qx"
TYPED = "typed-by-hand-7Zk"


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


def spellings(password: str) -> set[str]:
    """Return each form in which a password may be written somewhere."""
    raw = password.encode()
    found = {password, raw.hex(), base64.b64encode(raw).decode(), repr(raw)[2:-1]}
    for user in ("CP1", "NEW"):
        header = user.encode() + b":" + raw
        found.add(base64.b64encode(header).decode().rstrip("="))
    try:
        digits = bytes.fromhex(password)
    except ValueError:
        return found
    found |= {base64.b64encode(digits).decode(), repr(digits)[2:-1]}
    found.add(digits.decode("utf-8", "surrogateescape"))
    return found | {password.upper()}


def everything_in(folder: Path) -> dict[Path, bytes]:
    """Return the content of all files."""
    return {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}


class Witness:
    """Hears the events of the bus, and the states in them."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Listen from now on."""
        self.heard: list[str] = []
        hass.bus.async_listen(MATCH_ALL, self._hear)

    def _hear(self, event: Event[Any]) -> None:
        self.heard.append(repr(event.as_dict()))


async def all_of_it(
    hass: HomeAssistant, entry: MockConfigEntry, witness: Witness
) -> dict[str, str]:
    """Return what is visible to somebody, by where it stands."""
    (device,) = [
        one
        for one in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
        if ("ocpp_cs", "CP1") in one.identifiers
    ]
    hub: Hub = entry.runtime_data
    return {
        "diagnostics": str(await async_get_config_entry_diagnostics(hass, entry)),
        "of the device": str(await async_get_device_diagnostics(hass, entry, device)),
        "states": str([one.as_dict() for one in hass.states.async_all()]),
        "issues": str(list(ir.async_get(hass).issues.values())),
        "cards": str(cards(hass)),
        "entry": str(entry.as_dict()),
        "events": "\n".join(witness.heard),
        "frames": str(
            [list(one.frames) for one in hub.central_system.charge_points.values()]
        ),
        "records": str(credential_of(hub)) + str(hub.central_system.refused),
    }


async def test_nothing_shows_a_password(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    tls: Tls,
    server_url: str,
    mend: Callable[[], Mending],
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = setup_integration
    # Of the other loggers, those of the client have its header.
    for name in ("custom_components.ocpp_cs", "homeassistant", "websockets.server"):
        caplog.set_level(logging.DEBUG, name)
    witness = Witness(hass)
    seen: dict[str, str] = {}
    secrets: dict[str, set[str]] = {"key": {"PRIVATE KEY"}}

    async def look(stage: str) -> None:
        """Keep what is visible at that stage."""
        await hass.async_block_till_done()
        for one in credential_of(hub).rules.passwords:
            for part in (one.salt, one.digest):
                secrets.setdefault("hash", set()).update(
                    {part.hex(), base64.b64encode(part).decode(), str(part)}
                )
        for place, text in (await all_of_it(hass, entry, witness)).items():
            seen[f"{place}, {stage}"] = text

    levels, (charger,) = levels_of(hub), hub.chargers.values()
    # The first password, and what comes between.
    async with Box(server_url) as box:
        await known(hass, hub, box)
        first = await levels.async_new_password(charger)
        await look("accepted")
    secrets["first"] = spellings(first)
    async with Box(server_url, password=bytes.fromhex(first)) as box:
        await known(hass, hub, box)
        await look("used")
    # One whose answer never comes.
    async with Box(server_url, password=first, answer=None) as box:
        await known(hass, hub, box)
        task = asyncio.create_task(levels.async_new_password(charger))
        await box.wait_for_password()
        secrets["second"] = spellings(box.written[0])
        await look("sent")
        await box.websocket.close()
        with pytest.raises(ConnectionLostError):
            await task
    await look("lost")
    async with Box(server_url, password=box.written[0]) as box:
        await known(hass, hub, box)
        await look("came all the same")
    # One that is refused, in the words of the charger.
    secrets["wrong"] = spellings(WRONG)
    for _ in range(3):
        assert await refused(Box(server_url, password=WRONG)) == 401
    await look("refused")
    (issue,) = shown(hass)
    flow = mend()
    await flow.start(issue)
    step = await flow.go(next_step_id="new_password")
    secrets["typed"] = spellings(step["description_placeholders"]["password"])
    await look("to be typed")
    flow = mend()
    await flow.start(issue)
    await flow.go(next_step_id="accept")
    await flow.go()
    async with Box(server_url, password=WRONG, tls=await tls.client("CP1")) as box:
        await known(hass, hub, box)
        await look("accepted by its owner")
    secrets["by hand"] = spellings(TYPED)
    await levels.async_set_typed_password(charger, TYPED)
    await levels.async_lower(charger, credential_of(hub).level)
    await look("typed")
    caplog_text = "\n".join(
        f"{record.name}: {record.getMessage()} {record.exc_text or ''}"
        for record in caplog.records
        if record.name.startswith(
            ("custom_components.ocpp_cs", "homeassistant", "websockets.server")
        )
    )
    seen["log"] = caplog_text
    assert "security level certificate" in caplog_text
    leaks = [
        (secret, place)
        for secret, forms in secrets.items()
        for place, text in seen.items()
        if any(form in text for form in forms)
    ]
    assert not leaks, leaks
    # Confirmed, it is nowhere in plain text; the hashes are in the private store only.
    await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    folder = Path(hass.config.config_dir)
    files = await hass.async_add_executor_job(everything_in, folder)
    private = folder / ".storage" / f"ocpp_cs.{entry.entry_id}.security"
    assert private in files
    assert private.stat().st_mode & 0o777 == 0o600
    for path, content in files.items():
        for secret, forms in secrets.items():
            if secret == "hash" and path == private:
                continue
            if secret == "key" and path.stat().st_mode & 0o777 == 0o600:
                # The certificates have a private store as well.
                continue
            assert not any(
                form.encode("utf-8", "surrogateescape") in content for form in forms
            ), f"{secret} is in {path}"


async def test_keys_are_in_files_of_their_own(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    store = await async_certificates(hass)
    await store.async_pairs(("127.0.0.1",))
    await store.async_client_pair("CP1")
    await hass.async_block_till_done()
    folder = Path(hass.config.config_dir)
    files = await hass.async_add_executor_job(everything_in, folder)
    with_key = [path for path, content in files.items() if b"PRIVATE KEY" in content]
    assert with_key
    for path in with_key:
        assert path.stat().st_mode & 0o777 == 0o600, path
    told = str(await async_get_config_entry_diagnostics(hass, setup_integration))
    assert "PRIVATE KEY" not in told

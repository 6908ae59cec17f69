"""The CA and the certificates on the disk: made, kept, renewed, and never lost by accident."""

import asyncio
from datetime import timedelta
import json
import logging
from pathlib import Path
import stat
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from homeassistant.util.file import WriteError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.certificates.sources import async_made
from custom_components.ocpp_cs.certificates.store import (
    KEY,
    Certificates,
    CertificatesUnavailableError,
    StoreProblem,
    async_certificates,
)
from custom_components.ocpp_cs.csms.security.authority import KeyAndCertificate, facts
from custom_components.ocpp_cs.csms.security.contexts import server_context
from custom_components.ocpp_cs.csms.security.requests import RequestError
from tests.csms.security.csrs import request
from tests.csms.security.handshakes import certificate, client_context, shake
from tests.integration.conftest import setup

NAMES = ("homeassistant.local", "192.168.1.5")


def names_in(pairs: tuple[KeyAndCertificate, ...]) -> tuple[str, ...]:
    first, *others = {facts(pair.chain).names for pair in pairs}
    assert not others
    return first


async def loaded_again(hass: HomeAssistant) -> Certificates:
    """Return the certificates as they are after a restart."""
    again = Certificates(hass)
    await again.async_load()
    return again


async def test_they_are_made_once_and_kept(hass: HomeAssistant, stored: Path) -> None:
    certificates = await async_certificates(hass)
    assert await async_certificates(hass) is certificates
    assert certificates.root is None
    assert certificates.roots == ()
    pairs = await certificates.async_pairs(NAMES)
    assert len(pairs) == 2
    assert names_in(pairs) == NAMES
    assert certificates.root is not None
    assert certificates.problem is None
    assert await certificates.async_pairs(NAMES) == pairs
    again = await loaded_again(hass)
    assert again.root == certificates.root
    assert await again.async_pairs(NAMES) == pairs


async def test_the_file_is_private(hass: HomeAssistant, stored: Path) -> None:
    certificates = await async_certificates(hass)
    (pair, _) = await certificates.async_pairs(NAMES)
    assert stored.parent.name == ".storage"
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    text = stored.read_text()
    assert pair.key.splitlines()[1] in text


async def test_a_charger_that_trusts_the_root_connects(hass: HomeAssistant) -> None:
    certificates = await async_certificates(hass)
    pairs = await certificates.async_pairs(NAMES)
    assert certificates.root is not None
    context = server_context(pairs, trusted=certificates.roots)
    mine = await certificates.async_client_pair("CP1")
    for ciphers in ("ECDHE-ECDSA-AES128-GCM-SHA256", "AES256-GCM-SHA384"):
        client = client_context(certificates.root, ciphers=ciphers, pair=mine)
        agreed = shake(context, client, NAMES[1])
        assert agreed.cipher == ciphers
        assert agreed.client is not None


# Renewal of our own certificates.


async def test_a_name_that_is_added_is_in_a_new_one(hass: HomeAssistant) -> None:
    certificates = await async_certificates(hass)
    told: list[None] = []
    end = certificates.watch(lambda: told.append(None))
    first = await certificates.async_pairs(NAMES)
    before = len(told)
    second = await certificates.async_pairs([*NAMES, "10.0.0.9"])
    assert set(names_in(second)) == {*NAMES, "10.0.0.9"}
    assert len(told) == before + 1
    root = certificates.root
    # Fewer names, or others of another server, make none.
    assert await certificates.async_pairs(NAMES[:1]) == second
    third = await certificates.async_pairs(["other.local"])
    assert set(names_in(third)) == {*NAMES, "10.0.0.9", "other.local"}
    assert await certificates.async_pairs([*NAMES, "OTHER.local"]) == third
    assert len(told) == before + 2
    assert certificates.root == root
    assert first != second
    end()
    await certificates.async_pairs(["third.local"])
    assert len(told) == before + 2


async def test_too_many_names_come_to_an_end(hass: HomeAssistant) -> None:
    certificates = await async_certificates(hass)
    with pytest.raises(ValueError):
        await certificates.async_pairs(["no name"])
    for number in range(5):
        names = [f"a{number}-{one}.local" for one in range(60)]
        pairs = await certificates.async_pairs(names)
        assert set(names) <= set(names_in(pairs))
        # No server makes another one again and again.
        assert await certificates.async_pairs(names) == pairs
    assert len(names_in(pairs)) <= 256


async def test_they_are_renewed_after_two_thirds_of_their_life(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, stored: Path
) -> None:
    """Of the time since they were made, though they are valid from 1970 on."""
    certificates = await async_certificates(hass)
    pairs = await certificates.async_pairs([*NAMES, "former.local"])
    root = certificates.root
    freezer.tick(timedelta(days=2 * 365 * 2 / 3 - 1))
    assert await certificates.async_pairs(NAMES) == pairs
    certificates = await loaded_again(hass)
    assert await certificates.async_pairs(NAMES) == pairs
    freezer.tick(timedelta(days=2))
    renewed = await certificates.async_pairs(NAMES)
    assert not set(renewed) & set(pairs)
    assert certificates.root == root
    # What nobody needs any more is not in it.
    assert set(names_in(renewed)) == set(NAMES)


async def test_a_clock_that_is_decades_ahead_costs_nothing(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Nor the end itself: what chargers trust is replaced by nobody but the owner."""
    certificates = await async_certificates(hass)
    own = await certificates.async_client_pair("CP1")
    pairs = await certificates.async_pairs(NAMES)
    root, began = certificates.root, dt_util.utcnow()
    assert root is not None and not certificates.has_ended
    await certificates.async_begin_renewal()
    await certificates.async_finish_renewal()
    former, root = root, certificates.root
    assert root is not None
    pairs = await certificates.async_pairs(NAMES)

    freezer.move_to("2099-01-01")
    for one in (certificates, await loaded_again(hass)):
        assert one.has_ended
        assert not one.renewal_is_due
        assert await one.async_pairs(NAMES) == pairs
        await one.async_drop_former(all_renewed=False)
        assert one.roots == (root, former)
        with pytest.raises(CertificatesUnavailableError) as raised:
            await one.async_client_pair("CP1")
        assert raised.value.problem is StoreProblem.ENDED
        loaded = await async_made(one, NAMES)
        assert loaded.warning is StoreProblem.ENDED
    more = await certificates.async_pairs([*NAMES, "more.local"])
    assert "more.local" in names_in(more)

    # All is as before as soon as the clock is right.
    freezer.move_to(began + timedelta(hours=1))
    certificates = await loaded_again(hass)
    assert certificates.root == root
    assert await certificates.async_pairs(NAMES) == more
    life = facts(more[0].chain).not_after - began
    assert timedelta(days=700) < life < timedelta(days=740)
    assert (await async_made(certificates, NAMES)).warning is None
    assert facts((await certificates.async_client_pair("CP1")).chain).issuer == (
        facts(root).subject
    )
    context = server_context(more, trusted=certificates.roots)
    assert shake(context, client_context(root, pair=own), NAMES[0]).client is not None


# The disk.


async def test_what_is_no_json_is_kept_aside(hass: HomeAssistant, stored: Path) -> None:
    stored.parent.mkdir(exist_ok=True)
    stored.write_text("{ damaged")
    certificates = await async_certificates(hass)
    assert certificates.problem is StoreProblem.DAMAGED
    assert certificates.root is None
    # A server starts all the same.
    assert await certificates.async_pairs(NAMES)
    [copy] = stored.parent.glob(f"{KEY}.corrupt*")
    assert copy.read_text() == "{ damaged"
    assert certificates.problem is StoreProblem.DAMAGED
    again = await loaded_again(hass)
    assert again.problem is None
    assert again.root == certificates.root


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "1",
        '{"version": 1}',
        '{"version": "1", "data": {}}',
        '{"version": 1, "minor_version": 1, "key": "k", "data": {"current": 1}}',
        '{"version": 1, "minor_version": 1, "key": "k", "data": [1]}',
        '{"version": 1, "data": {"current": {"key": "x", "certificate": "y"}}}',
    ],
)
async def test_what_is_something_else_is_kept_aside(
    hass: HomeAssistant, stored: Path, content: str
) -> None:
    stored.parent.mkdir(exist_ok=True)
    stored.write_text(content)
    certificates = await async_certificates(hass)
    assert certificates.problem is StoreProblem.DAMAGED
    assert await certificates.async_pairs(NAMES)
    [copy] = stored.parent.glob(f"{KEY}.damaged*")
    assert copy.read_text() == content
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


@pytest.mark.parametrize("part", ["leaves", "next", "former", "uploaded"])
async def test_a_damaged_part_does_not_cost_the_ca(
    hass: HomeAssistant, stored: Path, part: str
) -> None:
    certificates = await async_certificates(hass)
    pair = (await certificates.async_pairs(NAMES))[0]
    await certificates.async_client_pair("CP1")
    await certificates.async_begin_renewal()
    await certificates.async_finish_renewal()
    await certificates.async_begin_renewal()
    await certificates.async_keep_uploaded("entry", pair)
    content = json.loads(stored.read_text())
    assert content["data"][part]
    content["data"][part] = 7
    stored.write_text(json.dumps(content))
    again = await loaded_again(hass)
    assert again.root == certificates.root
    assert again.problem is None
    assert await again.async_pairs(NAMES)
    assert [*stored.parent.glob(f"{KEY}.damaged*")]


async def test_a_later_version_is_left_alone(hass: HomeAssistant, stored: Path) -> None:
    stored.parent.mkdir(exist_ok=True)
    content = '{"version": 9, "minor_version": 1, "key": "k", "data": {"secret": 1}}'
    stored.write_text(content)
    certificates = await async_certificates(hass)
    assert certificates.problem is StoreProblem.NEWER
    for change in (
        certificates.async_pairs(NAMES),
        certificates.async_client_pair("CP1"),
        certificates.async_sign("", ["CP1"]),
        certificates.async_begin_renewal(),
        certificates.async_keep_uploaded("entry", KeyAndCertificate(key="", chain="")),
    ):
        with pytest.raises(CertificatesUnavailableError):
            await change
    await certificates.async_finish_renewal()
    await certificates.async_forget_uploaded("entry")
    await certificates._save()
    assert certificates.root is None
    assert stored.read_text() == content


async def test_a_file_that_cannot_be_read_is_left_alone(
    hass: HomeAssistant, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await async_certificates(hass)
    await first.async_pairs(NAMES)
    content = stored.read_text()

    def denied(*args: Any, **kwargs: Any) -> Any:
        raise HomeAssistantError("denied") from PermissionError(13, "denied")

    with monkeypatch.context() as patch:
        patch.setattr("homeassistant.util.json.load_json", denied)
        certificates = await loaded_again(hass)
    assert certificates.problem is StoreProblem.UNREADABLE
    with pytest.raises(CertificatesUnavailableError):
        await certificates.async_pairs(NAMES)
    await certificates._save()
    assert stored.read_text() == content
    # The next start finds it again.
    assert (await loaded_again(hass)).root == first.root


async def test_a_full_disk_is_told(
    hass: HomeAssistant, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates = await async_certificates(hass)

    def full(*args: Any, **kwargs: Any) -> None:
        raise WriteError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("homeassistant.helpers.storage.write_utf8_file_atomic", full)
        pairs = await certificates.async_pairs(NAMES)
    assert len(pairs) == 2
    assert certificates.problem is StoreProblem.NOT_SAVED
    await certificates.async_pairs([*NAMES, "more.local"])
    assert certificates.problem is None
    assert (await loaded_again(hass)).root == certificates.root


# What users uploaded.


async def test_uploads_are_kept_by_server(hass: HomeAssistant, stored: Path) -> None:
    certificates = await async_certificates(hass)
    assert certificates.uploaded("entry") is None
    pair = certificate()
    told: list[None] = []
    certificates.watch(lambda: told.append(None))
    await certificates.async_keep_uploaded("entry", pair)
    assert told == [None]
    assert certificates.uploaded("entry") == pair
    # No CA is needed for that.
    assert certificates.root is None
    again = await loaded_again(hass)
    assert again.uploaded("entry") == pair
    await again.async_forget_uploaded("entry")
    await again.async_forget_uploaded("entry")
    assert (await loaded_again(hass)).uploaded("entry") is None


async def test_an_upload_goes_with_its_server(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await setup(hass, entry)
    certificates = await async_certificates(hass)
    await certificates.async_keep_uploaded(entry.entry_id, certificate())
    await certificates.async_pairs(NAMES)
    root = certificates.root
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert certificates.uploaded(entry.entry_id) is None
    # The CA stays: chargers trust it.
    assert certificates.root == root is not None


# Requests.


async def test_nothing_is_signed_for_another_name(hass: HomeAssistant) -> None:
    certificates = await async_certificates(hass)
    with pytest.raises(RequestError):
        await certificates.async_sign(request("CP2"), ["CP1"])
    chain = await certificates.async_sign(request("CP1"), ["CP1"])
    root = certificates.root
    assert root is not None
    assert facts(chain).issuer == facts(root).subject
    # So it stays trusted after it was replaced.
    await certificates.async_begin_renewal()
    await certificates.async_finish_renewal()
    assert certificates.former_roots == (root,)


async def test_many_at_once_make_one_ca(hass: HomeAssistant) -> None:
    certificates = await async_certificates(hass)
    pairs = await asyncio.gather(
        *(certificates.async_pairs(NAMES) for _ in range(3)),
        certificates.async_pairs(["other.local"]),
    )
    assert pairs[0] == pairs[1] == pairs[2]
    assert len({facts(pair.chain).issuer for both in pairs for pair in both}) == 1


# Secrets.


async def test_a_key_that_signs_nothing_any_more_is_deleted(
    hass: HomeAssistant, stored: Path
) -> None:
    certificates = await async_certificates(hass)
    await certificates.async_client_pair("CP1")
    current = certificates._kept.current
    assert current is not None
    key = current.pair.key.splitlines()[1]
    await certificates.async_begin_renewal()
    assert key in stored.read_text()
    await certificates.async_finish_renewal()
    assert current.pair.chain in certificates.roots
    assert key not in stored.read_text()
    assert (await loaded_again(hass)).roots == certificates.roots


async def test_keys_are_nowhere_else(
    hass: HomeAssistant,
    stored: Path,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither in the log, with all that is told, nor in what is shown of an object."""
    caplog.set_level(logging.DEBUG)
    await setup(hass, entry)
    certificates = await async_certificates(hass)
    pairs = await certificates.async_pairs(NAMES)
    client = await certificates.async_client_pair("CP1")
    await certificates.async_begin_renewal()
    await certificates.async_finish_renewal()
    kept = certificates._kept
    assert kept.current is not None
    keys = [pair.key for pair in (*pairs, client, kept.current.pair)]
    lines = {line for key in keys for line in key.splitlines()[1:-1]}
    told = "\n".join((caplog.text, repr(kept), repr(pairs), repr(vars(certificates))))
    assert not [line for line in lines if line in told]
    # They are in their file, and in no other.
    holders = {
        path.name
        for path in Path(hass.config.config_dir).rglob("*")
        if path.is_file() and any(line.encode() in path.read_bytes() for line in lines)
    }
    assert holders == {KEY}
    await hass.config_entries.async_unload(entry.entry_id)

"""A charger is moved to encrypted connections over HTTP, or all is as it was."""

import asyncio
from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.ocpp_cs.goe import apply as goe_apply
from custom_components.ocpp_cs.goe.address import charge_url, host_of, is_encrypted
from custom_components.ocpp_cs.goe.apply import apply, reconnect
from custom_components.ocpp_cs.goe.client import GoEClient
from custom_components.ocpp_cs.goe.enums import OcppFailure
from custom_components.ocpp_cs.goe.errors import (
    ApiLockedError,
    KeysRefusedError,
    OcppNotConnectedError,
    SetUpFailedError,
    TooLongError,
    UnexpectedAnswerError,
    UnreachableError,
)
from custom_components.ocpp_cs.goe.plan import (
    Encryption,
    Plan,
    Wishes,
    make_plan,
    plan_certificates,
    plan_repair,
    plan_tls,
)
from custom_components.ocpp_cs.goe.restore import Backup, restore
from custom_components.ocpp_cs.goe.settings import SETTINGS, TLS
from simulator import GoE
from tests.simulator.central import Central

from .devices import POLL, SERIAL, http, sets
from .pem import Pair, authority, leaf, server_context

CA = authority()
OTHER_CA = authority("Somebody else")
SERVER = leaf(CA, "127.0.0.1")
CLIENT = leaf(CA, common_name=SERIAL)
WITH_ROOT = Encryption(root=CA.pem)
WITH_OWN = Encryption(root=CA.pem, certificate=CLIENT.pem, key=CLIENT.key_pem)


def settings(charger: GoE) -> dict[str, Any]:
    return {key: charger.api.get(key) for key in SETTINGS}


def secure_url(central: Central) -> str:
    return central.url.replace("ws:", "wss:") + f"/s3cret/{SERIAL}"


async def connected(charger: GoE, client: GoEClient, central: Central) -> Backup:
    """Connect a charger without encryption."""
    charger.global_roots = OTHER_CA.pem
    url = f"{central.url}/s3cret/{SERIAL}"
    return await apply(client, plan_repair(await client.state(), url), poll=POLL)


async def failed(client: GoEClient, plan: Plan, **options: Any) -> SetUpFailedError:
    with pytest.raises(SetUpFailedError) as raised:
        await apply(client, plan, poll=POLL, **options)
    return raised.value


def written(charger: GoE) -> list[str]:
    return [pair.partition("=")[0] for q in sets(charger) for pair in q.split("&")]


async def test_raised_and_restored(
    charger: GoE, client: GoEClient, central: Central, tmp_path: Path
) -> None:
    new = settings(charger)
    first = await connected(charger, client, central)
    before = settings(charger)
    http(charger).requests.clear()
    async with Central(tls=server_context(tmp_path, SERVER)) as secure:
        plan = plan_tls(await client.state(), secure_url(secure), WITH_ROOT)
        assert not plan.restarts
        assert plan.overwritten == ()
        kept: list[Backup] = []

        async def keep(backup: Backup) -> None:
            assert sets(charger) == []
            kept.append(backup)

        later = await apply(client, plan, poll=POLL, keep=keep)
        assert secure.paths == [f"/ocpp/s3cret/{SERIAL}"]
        assert kept == [later]
        # What is trusted first, then where to.
        assert written(charger) == ["ocppsc", "ocppg", "ocppu"]
        assert settings(charger) == before | {
            "ocppsc": True,
            "ocppg": False,
            "ocppu": secure_url(secure),
            "ocpph": 300,
        }
        # Neither certificates nor keys are kept.
        assert later.before == {
            "ocppsc": False,
            "ocppg": True,
            "ocppu": before["ocppu"],
        } | dict(plan.told_by_ocpp)
        assert later.ours["ocppsc"] is True
        assert "BEGIN" not in json.dumps(later.as_dict())
        assert "BEGIN" not in repr(plan)
        whole = first.followed_by(later)
        again = Backup.from_dict(json.loads(json.dumps(whole.as_dict())))
        assert again == whole
        restored = await restore(client, whole)
    assert restored.left == ()
    assert settings(charger) == new | {"ocpph": charger.api.get("ocpph")}


@pytest.mark.parametrize(
    ("server", "root", "failure"),
    [
        (SERVER, OTHER_CA, OcppFailure.TLS_TRUST),
        (leaf(CA, "other.example"), CA, OcppFailure.TLS_NAME),
        (
            leaf(CA, "127.0.0.1", end=datetime(2020, 1, 1, tzinfo=UTC)),
            CA,
            OcppFailure.TLS_DATE,
        ),
        (
            leaf(CA, "127.0.0.1", begin=datetime(2020, 1, 1, tzinfo=UTC)),
            CA,
            OcppFailure.TLS_DATE,
        ),
    ],
)
async def test_not_trusted(
    charger: GoE,
    client: GoEClient,
    central: Central,
    tmp_path: Path,
    server: Pair,
    root: Pair,
    failure: OcppFailure,
) -> None:
    await connected(charger, client, central)
    if server.certificate.not_valid_before_utc.year > 1970:
        charger.clock.freeze(datetime(1970, 1, 1, tzinfo=UTC))
    before = settings(charger)
    async with Central(tls=server_context(tmp_path, server)) as secure:
        plan = plan_tls(
            await client.state(), secure_url(secure), Encryption(root=root.pem)
        )
        err = await failed(client, plan)
        assert secure.paths == []
    assert isinstance(err.cause, OcppNotConnectedError)
    assert err.cause.failure is failure
    assert err.left == ()
    # It is where it was, and connects there.
    await charger.wait_accepted()
    assert settings(charger) == before
    assert central.paths == [f"/ocpp/s3cret/{SERIAL}"] * 2


async def test_a_refused_certificate_costs_no_connection(
    charger: GoE, client: GoEClient, central: Central
) -> None:
    await connected(charger, client, central)
    charger.version = (60, 5)
    before = settings(charger)
    broken = Encryption(root=CA.pem.replace("MI", "??"))
    plan = plan_tls(await client.state(), "wss://127.0.0.1:1/237512", broken)
    err = await failed(client, plan)
    assert isinstance(err.cause, KeysRefusedError)
    # Without what was sent, which may be a key.
    assert err.cause.refusals == {"ocppsc": "ocppsc: failed: invalid certificate"}
    assert err.left == ()
    assert settings(charger) == before
    assert charger.connected
    assert central.paths == [f"/ocpp/s3cret/{SERIAL}"]


@pytest.mark.parametrize("null_unsets", [False, True])
async def test_a_certificate_of_its_own(
    charger: GoE,
    client: GoEClient,
    central: Central,
    tmp_path: Path,
    null_unsets: bool,
) -> None:
    await connected(charger, client, central)
    charger.version = (60, 5)
    charger.api.null_unsets = null_unsets
    tls = server_context(tmp_path, SERVER)
    async with Central(tls=tls) as secure:
        url = secure_url(secure)
        await apply(client, plan_tls(await client.state(), url, WITH_ROOT), poll=POLL)
        http(charger).requests.clear()
        plan = plan_certificates(await client.state(), WITH_OWN)
        assert plan.restarts
        assert plan.overwritten == ("ocppsc",)
        assert "PRIVATE" not in repr(plan)
        backup = await apply(client, plan, poll=POLL)
        assert written(charger) == ["ocppsc", "ocppcc", "ocppck", "ocppe", "ocppe"]
        # It has connected again, so it uses what was written.
        assert len(secure.paths) == 2
        assert "ocppe" not in backup.before
        values = await client.read(["ocppcc", "ocppck", "ocppe"])
        assert values == {"ocppcc": True, "ocppck": True, "ocppe": True}
        restored = await restore(client, backup)
        # What was there before it is not known.
        assert restored.lost == ("ocppsc",)
        assert restored.keys == ("ocppck", "ocppcc")
        assert restored.left == ("ocppsc",)
        values = await client.read(["ocppcc", "ocppck", "ocppsc"])
        assert values == {"ocppcc": False, "ocppck": False, "ocppsc": True}


async def test_a_certificate_that_the_server_does_not_want(
    charger: GoE, client: GoEClient, central: Central, tmp_path: Path
) -> None:
    await connected(charger, client, central)
    tls = server_context(tmp_path, SERVER)
    async with Central(tls=tls) as secure:
        url = secure_url(secure)
        await apply(client, plan_tls(await client.state(), url, WITH_ROOT), poll=POLL)
        before = settings(charger)
        # From now on nobody's certificate is good.
        secure.status = 403
        own = Encryption(certificate=CLIENT.pem, key=CLIENT.key_pem)
        plan = plan_certificates(await client.state(), own)

        async def later() -> None:
            await charger.wait_for(lambda: charger.api.get("ocppcc"))
            await charger.wait_for(lambda: not charger.api.get("ocppcc"))
            secure.status = None

        mending = asyncio.create_task(later())
        # Undone after the first change: then the certificate goes again.
        err = await failed(client, plan)
        await mending
        assert isinstance(err.cause, OcppNotConnectedError)
        assert err.cause.failure is OcppFailure.UNAUTHORIZED
        assert err.left == ()
        await charger.wait_accepted()
        assert settings(charger) == before


async def test_killed_while_ocpp_is_switched_off(
    charger: GoE, client: GoEClient, central: Central, tmp_path: Path
) -> None:
    await connected(charger, client, central)
    async with Central(tls=server_context(tmp_path, SERVER)) as secure:
        url = secure_url(secure)
        await apply(client, plan_tls(await client.state(), url, WITH_ROOT), poll=POLL)
        before = settings(charger)
        own = Encryption(certificate=CLIENT.pem, key=CLIENT.key_pem)
        plan = plan_certificates(await client.state(), own)
        kept: list[Backup] = []

        async def keep(backup: Backup) -> None:
            kept.append(backup)

        work = asyncio.create_task(apply(client, plan, poll=POLL, keep=keep))
        await charger.wait_for(lambda: charger.api.get("ocppe") is False)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        assert settings(charger) == before
        # The same from what was kept on the disk, as far as nobody undid anything.
        charger.api.values |= {"ocppe": False, "ocppcc": CLIENT.pem}
        restored = await restore(client, kept[0])
        assert restored.left == ()
        assert settings(charger) == before
        await charger.wait_accepted()


def deaf(client: GoEClient, charger: GoE, err: Exception, times: int) -> None:
    """Let requests fail so many times as soon as OCPP is off."""
    get, left = client._get, [times]

    async def lost(what: str, query: str) -> tuple[int, bytes]:
        if charger.api.get("ocppe") is False and left[0]:
            left[0] -= 1
            raise err
        return await get(what, query)

    client._get = lost  # type: ignore[method-assign]


@pytest.mark.parametrize("err", [UnreachableError("x", "late"), ApiLockedError("x")])
async def test_a_charger_that_is_deaf_while_ocpp_is_off(
    charger: GoE, client: GoEClient, central: Central, err: Exception
) -> None:
    await connected(charger, client, central)
    deaf(client, charger, err, 5)
    await reconnect(client, poll=POLL, wait=5)
    assert charger.api.get("ocppe") is True
    await charger.wait_accepted()
    assert len(central.paths) == 2
    # Nobody waits for it any more.
    deaf(client, charger, err, 5)
    task = asyncio.create_task(reconnect(client, poll=POLL, wait=5))
    await charger.wait_for(lambda: charger.api.get("ocppe") is False)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await charger.wait_for(lambda: charger.api.get("ocppe") is True)
    await asyncio.gather(*goe_apply._going_on)
    # The answer is lost, but it has obeyed.
    get = client._get

    async def unheard(what: str, query: str) -> tuple[int, bytes]:
        answer = await get(what, query)
        if query == "ocppe=false":
            raise err
        return answer

    client._get = unheard  # type: ignore[method-assign]
    with pytest.raises(type(err)):
        await reconnect(client, poll=POLL, wait=5)
    assert charger.api.get("ocppe") is True


@pytest.mark.parametrize("times", [25, 1000])
async def test_deaf_while_it_is_undone(
    charger: GoE, client: GoEClient, central: Central, tmp_path: Path, times: int
) -> None:
    await connected(charger, client, central)
    async with Central(tls=server_context(tmp_path, SERVER)) as secure:
        url = secure_url(secure)
        await apply(client, plan_tls(await client.state(), url, WITH_ROOT), poll=POLL)
        own = Encryption(certificate=CLIENT.pem, key=CLIENT.key_pem)
        plan = plan_certificates(await client.state(), own)

        async def check() -> None:
            deaf(client, charger, UnreachableError("x", "late"), times)
            raise UnexpectedAnswerError("somebody else")

        err = await failed(client, plan, check=check)
        if times == 1000:
            # Whoever has kept a record has to go on.
            assert "ocppe" in err.left
            return
        assert err.left == ()
        assert charger.api.get("ocppe") is True
        await charger.wait_accepted()


async def test_the_wrong_connection_is_undone(
    charger: GoE, client: GoEClient, central: Central, tmp_path: Path
) -> None:
    await connected(charger, client, central)
    before = settings(charger)
    async with Central(tls=server_context(tmp_path, SERVER)) as secure:
        plan = plan_tls(await client.state(), secure_url(secure), WITH_ROOT)

        async def check() -> None:
            assert secure.paths
            raise UnexpectedAnswerError("somebody else")

        err = await failed(client, plan, check=check)
    assert isinstance(err.cause, UnexpectedAnswerError)
    assert err.left == ()
    assert settings(charger) == before


async def test_too_long_for_the_charger(
    charger: GoE, client: GoEClient, central: Central
) -> None:
    await connected(charger, client, central)
    before = settings(charger)
    http(charger).longest_request = 512
    plan = plan_tls(await client.state(), "wss://127.0.0.1:1/237512", WITH_ROOT)
    err = await failed(client, plan)
    assert isinstance(err.cause, TooLongError)
    assert str(err.cause) == "414"
    assert settings(charger) == before
    assert charger.connected


async def test_certificates_of_others_stay(
    charger: GoE, client: GoEClient, central: Central, tmp_path: Path
) -> None:
    await connected(charger, client, central)
    async with Central(tls=server_context(tmp_path, SERVER)) as secure:
        plan = plan_tls(await client.state(), secure_url(secure), WITH_ROOT)
        backup = await apply(client, plan, poll=POLL)
        # Moved to somebody else, whose certificate cannot be told from ours.
        charger.api.values |= {"ocppu": "wss://other/237512", "ocppsc": OTHER_CA.pem}
        restored = await restore(client, backup)
    assert restored.changed["ocppsc"] is True
    assert charger.api.values["ocppsc"] == OTHER_CA.pem


async def test_somebodys_certificate_is_overwritten(
    charger: GoE, client: GoEClient, central: Central, tmp_path: Path
) -> None:
    await connected(charger, client, central)
    charger.api.values |= {"ocppsc": OTHER_CA.pem, "ocppss": True, "ocppcn": True}
    async with Central(tls=server_context(tmp_path, SERVER)) as secure:
        plan = plan_tls(await client.state(), secure_url(secure), WITH_ROOT)
        assert plan.overwritten == ("ocppsc",)
        backup = await apply(client, plan, poll=POLL)
        assert (charger.api.get("ocppss"), charger.api.get("ocppcn")) == (False, False)
        restored = await restore(client, backup)
    assert restored.lost == ("ocppsc",)
    assert (charger.api.get("ocppss"), charger.api.get("ocppcn")) == (True, True)
    assert not is_encrypted(charger.api.get("ocppu"))


async def test_set_up_with_encryption_at_once(
    charger: GoE, client: GoEClient, tmp_path: Path
) -> None:
    async with Central(tls=server_context(tmp_path, SERVER)) as secure:
        wishes = Wishes(url=secure_url(secure), encryption=WITH_OWN)
        plan = make_plan(await client.state(), wishes)
        assert not plan.restarts
        await apply(client, plan, poll=POLL)
        assert len(secure.paths) == 1
        assert {key for key in TLS if charger.api.get(key)} == {
            "ocppsc",
            "ocppcc",
            "ocppck",
        }


async def test_certificates_of_public_authorities(
    charger: GoE, client: GoEClient, tmp_path: Path
) -> None:
    charger.global_roots = CA.pem
    async with Central(tls=server_context(tmp_path, SERVER)) as secure:
        plan = plan_tls(await client.state(), secure_url(secure), Encryption())
        assert [change.key for change in plan.changes] == ["ocppu", "ocppe"]
        await apply(client, plan, poll=POLL)


def test_addresses() -> None:
    url = charge_url("fd00::1", 9001, "237512", "abc", tls=True)
    assert url == "wss://[fd00::1]:9001/abc/237512"
    assert is_encrypted(url)
    assert not is_encrypted(charge_url("192.168.1.2", 9000, "237512"))
    assert host_of(url) == "fd00::1"
    assert host_of("ws://192.168.1.2:9000/x/1") == "192.168.1.2"

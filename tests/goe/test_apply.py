"""A charger is set up over HTTP and comes over OCPP; or all is as it was."""

import asyncio
from dataclasses import replace
import json
from typing import Any

import aiohttp
import pytest

from custom_components.ocpp_cs.goe.apply import Progress, Step, apply
from custom_components.ocpp_cs.goe.client import GoEClient
from custom_components.ocpp_cs.goe.connection import Mark, wait_for_ocpp
from custom_components.ocpp_cs.goe.enums import OcppFailure
from custom_components.ocpp_cs.goe.errors import (
    ApiOffError,
    KeysRefusedError,
    NotKeptError,
    OcppNotConnectedError,
    SetUpFailedError,
    UnreachableError,
)
from custom_components.ocpp_cs.goe.plan import (
    Away,
    Change,
    Plan,
    Reason,
    Wishes,
    make_plan,
    plan_repair,
)
from custom_components.ocpp_cs.goe.restore import Backup
from custom_components.ocpp_cs.goe.settings import SETTINGS, TLS
from simulator import GoE
from tests.simulator.central import Central

from .devices import FAST_CLIENT, POLL, SERIAL, device, http, sets

MESSY: dict[str, Any] = {
    "frc": 1,
    "lmo": 4,
    "fup": True,
    "awe": True,
    "psm": 2,
    "acs": 1,
    "acp": False,
    "ocppf": 10,
}
"""How a charger may be found, so that every key changes."""


def settings(charger: GoE) -> dict[str, Any]:
    return {key: charger.api.get(key) for key in SETTINGS if key not in TLS}


async def plan_for(client: GoEClient, url: str, **wishes: Any) -> Plan:
    return make_plan(
        await client.state(),
        Wishes(url=url, sample_interval=10, heartbeat_interval=60, **wishes),
    )


def url_of(central: Central) -> str:
    return f"{central.url}/{SERIAL}"


async def failed(client: GoEClient, plan: Plan, **options: Any) -> SetUpFailedError:
    with pytest.raises(SetUpFailedError) as raised:
        await apply(client, plan, poll=POLL, **options)
    return raised.value


async def test_set_up(charger: GoE, client: GoEClient, central: Central) -> None:
    charger.api.values |= MESSY
    before = settings(charger)
    plan = await plan_for(client, url_of(central), away=Away.STOP)
    assert [change.key for change in plan.changes] == [
        key for key in SETTINGS if key not in {"amp", *TLS}
    ]
    steps: list[Progress] = []
    backup = await apply(client, plan, poll=POLL, on_progress=steps.append)
    assert central.paths == [f"/ocpp/{SERIAL}"]
    assert charger.accepted
    after = settings(charger)
    # The interval of the BootNotification is kept for good.
    assert after.pop("ocpph") == 300
    assert after == {
        "ocppd": f"HA-{SERIAL}",
        "ocppi": 10,
        "ocppu": url_of(central),
        "ocppe": True,
        "ocppf": 0,
        "lmo": 3,
        "fup": False,
        "awe": False,
        "psm": 0,
        "acp": True,
        "acs": 0,
        "amp": 16,
        "frc": 0,
    }
    assert [step.step for step in steps if step.ocpp is None] == [
        Step.CONNECTING,
        Step.WAITING,
        Step.CONTROL,
        Step.DONE,
    ]
    assert any(step.ocpp for step in steps)
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions)
    # Two writes, in order.
    assert [
        [pair.partition("=")[0] for pair in q.split("&")] for q in sets(charger)
    ] == [
        ["ocppd", "ocppi", "ocpph", "ocppu", "ocppe"],
        ["ocppf", "lmo", "fup", "awe", "psm", "acp", "acs", "frc"],
    ]
    assert http(charger).most_at_once == 1
    # What is kept can be stored, and tells what there was.
    again = Backup.from_dict(json.loads(json.dumps(backup.as_dict())))
    assert again == backup
    del before["amp"]
    assert backup.before == before


async def test_a_charger_that_is_set_up_already(
    charger: GoE, client: GoEClient, central: Central
) -> None:
    await apply(client, await plan_for(client, url_of(central)), poll=POLL)
    writes = sets(charger)
    plan = await plan_for(client, url_of(central))
    # Told by the central system since then; all else is there.
    assert [change.key for change in plan.changes] == ["ocpph"]
    plan = plan_repair(await client.state(), url_of(central))
    await apply(client, plan, poll=POLL)
    assert sets(charger) == writes


async def test_from_one_central_system_to_another(
    charger: GoE, client: GoEClient, central: Central
) -> None:
    async with Central() as other:
        await apply(client, await plan_for(client, url_of(other)), poll=POLL)
        await charger.wait_idle()
        plan = await plan_for(client, url_of(central))
        assert plan.replaces == url_of(other)
        await apply(client, plan, poll=POLL)
        assert central.actions[0] == "BootNotification"


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (404, OcppFailure.NOT_FOUND),
        (401, OcppFailure.UNAUTHORIZED),
        (400, OcppFailure.HTTP_STATUS),
    ],
)
async def test_turned_away(
    charger: GoE,
    client: GoEClient,
    central: Central,
    status: int,
    failure: OcppFailure,
) -> None:
    charger.api.values |= MESSY
    before = settings(charger)
    central.status = status
    url = url_of(central)
    steps: list[Progress] = []
    error = await failed(
        client, await plan_for(client, url), wait=1e6, on_progress=steps.append
    )
    cause = error.cause
    assert isinstance(cause, OcppNotConnectedError)
    assert (cause.failure, cause.url) == (failure, url)
    assert cause.text is not None
    assert f"status_code={status}" in cause.text
    assert error.left == ()
    assert steps[-1].step is Step.UNDOING
    assert settings(charger) == before
    # A charger that does not come has not been given to us.
    assert not any("lmo" in query for query in sets(charger))


async def test_nobody_listens(charger: GoE, client: GoEClient) -> None:
    async with Central() as central:
        url = url_of(central)
    for address, failure in (
        (url, OcppFailure.REFUSED),
        (url.replace("ws:", "http:"), OcppFailure.INVALID_URL),
    ):
        before = settings(charger)
        error = await failed(client, await plan_for(client, address), wait=1e6)
        assert isinstance(error.cause, OcppNotConnectedError)
        assert error.cause.failure is failure
        assert settings(charger) == before


async def test_no_tls_there(charger: GoE, client: GoEClient) -> None:
    def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        url = f"wss://127.0.0.1:{port}/{SERIAL}"
        error = await failed(client, await plan_for(client, url), wait=1e6)
    assert isinstance(error.cause, OcppNotConnectedError)
    assert error.cause.failure is OcppFailure.TLS


async def test_the_charger_does_not_try(
    charger: GoE, client: GoEClient, central: Central
) -> None:
    charger.reconnect_seconds = 1e6
    error = await failed(client, await plan_for(client, url_of(central)), wait=0.1)
    assert isinstance(error.cause, OcppNotConnectedError)
    assert error.cause.failure is OcppFailure.NO_ATTEMPT
    assert error.cause.text is None
    assert "no_attempt" in str(error)


async def test_the_boot_is_not_accepted(
    charger: GoE, client: GoEClient, central: Central
) -> None:
    """As long as nobody has adopted it."""
    central.rules["BootNotification"] = {
        "currentTime": "2026-10-04T10:00:00Z",
        "interval": 300,
        "status": "Pending",
    }
    plan = await plan_for(client, url_of(central))
    await apply(client, plan, accepted=False, poll=POLL)
    assert charger.connected
    assert not charger.accepted
    with pytest.raises(OcppNotConnectedError) as raised:
        await wait_for_ocpp(client, plan.url, mark=Mark(), wait=0)
    assert raised.value.failure is OcppFailure.NOT_ACCEPTED


async def test_a_key_is_refused_half_way(
    charger: GoE, client: GoEClient, central: Central
) -> None:
    charger.api.values |= MESSY
    before = settings(charger)
    plan = await plan_for(client, url_of(central))
    bad = Change(key="amp", old=16, new=99, reason=Reason.CURRENT)
    plan = replace(plan, changes=(*plan.changes, bad))
    error = await failed(client, plan)
    assert isinstance(error.cause, KeysRefusedError)
    assert error.cause.refusals.keys() == {"amp"}
    assert error.left == ()
    after = settings(charger)
    # Told by the central system while it was there; ours no more than the one before.
    assert after == before
    await charger.wait_for(lambda: not charger.connected)


async def test_a_value_that_does_not_stay(
    charger: GoE,
    client: GoEClient,
    central: Central,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    charger.api.values |= MESSY
    store = charger.api._store
    monkeypatch.setattr(
        charger.api, "_store", lambda n, v: None if n == "fup" else store(n, v)
    )
    error = await failed(client, await plan_for(client, url_of(central)))
    assert isinstance(error.cause, NotKeptError)
    assert error.cause.found == {"fup": True}
    assert error.left == ()


async def test_someone_else_changes_it_meanwhile(
    charger: GoE, client: GoEClient, central: Central
) -> None:
    """What another hand has put there is not ours to take away."""
    central.status = 404
    plan = await plan_for(client, url_of(central))

    def meddle(progress: Progress) -> None:
        if progress.step is Step.WAITING:
            charger.api.values["ocppd"] = "OTHER"

    error = await failed(client, plan, wait=1e6, on_progress=meddle)
    assert error.left == ("ocppd",)
    assert charger.api.values["ocppd"] == "OTHER"
    assert charger.api.values["ocppe"] is False


async def test_changed_between_plan_and_set_up(
    charger: GoE, client: GoEClient, central: Central
) -> None:
    plan = await plan_for(client, url_of(central))
    charger.api.values["ocppd"] = "LATER"
    backup = await apply(client, plan, poll=POLL)
    assert backup.before["ocppd"] == "LATER"


async def test_the_charger_goes_away(
    charger: GoE, client: GoEClient, central: Central
) -> None:
    central.status = 404
    before = settings(charger)
    plan = await plan_for(client, url_of(central))

    def unplug(progress: Progress) -> None:
        if progress.step is Step.WAITING:
            client.host = "127.0.0.1:1"

    error = await failed(client, plan, wait=0, on_progress=unplug)
    assert isinstance(error.cause, UnreachableError)
    # What could not be undone is named.
    assert error.left == ("ocppd", "ocppi", "ocpph", "ocppu", "ocppe")
    after = settings(charger)
    assert {key for key in after if after[key] != before[key]} == {*error.left}


async def test_told_by_the_central_system_before_it_is_read_back(
    charger: GoE,
    client: GoEClient,
    central: Central,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = charger.api._store
    monkeypatch.setattr(
        charger.api, "_store", lambda n, v: store(n, 300 if n == "ocpph" else v)
    )
    plan = await plan_for(client, url_of(central))
    assert "ocpph" in {change.key for change in plan.changes}
    await apply(client, plan, poll=POLL)
    assert charger.accepted


async def test_the_api_goes_off(
    charger: GoE, client: GoEClient, central: Central
) -> None:
    plan = await plan_for(client, url_of(central))
    charger.api.values["hai"] = False
    error = await failed(client, plan)
    assert isinstance(error.cause, ApiOffError)
    # Nothing was tried, so nothing is left.
    assert error.left == ()


async def test_reboots_when_it_is_set_up(
    charger: GoE, client: GoEClient, central: Central
) -> None:
    """As firmware 60.0 does; its time starts anew."""
    plan = await plan_for(client, url_of(central))
    rebooted: list[asyncio.Task[None]] = []

    def reboot(progress: Progress) -> None:
        if progress.step is Step.WAITING and not rebooted:
            rebooted.append(asyncio.create_task(charger.reboot()))

    await charger.clock.sleep(60)
    await apply(client, plan, poll=POLL, on_progress=reboot)
    await rebooted[0]
    assert charger.boot_count == 1


async def test_cancelled(charger: GoE, client: GoEClient, central: Central) -> None:
    charger.api.values |= MESSY
    before = settings(charger)
    central.rules["BootNotification"] = None
    plan = await plan_for(client, url_of(central))
    task = asyncio.create_task(apply(client, plan, wait=1e6, poll=POLL))
    await charger.wait_connected()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert settings(charger) == before
    await charger.wait_for(lambda: not charger.connected)


async def test_cancelled_twice(
    charger: GoE, client: GoEClient, central: Central
) -> None:
    charger.api.values |= MESSY
    before = settings(charger)
    central.rules["BootNotification"] = None
    plan = await plan_for(client, url_of(central))
    undoing = asyncio.Event()

    def watch(progress: Progress) -> None:
        if progress.step is Step.UNDOING:
            undoing.set()

    task = asyncio.create_task(
        apply(client, plan, wait=1e6, poll=POLL, on_progress=watch)
    )
    await charger.wait_connected()
    task.cancel()
    await undoing.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await charger.wait_for(lambda: settings(charger) == before)


async def test_cancelled_while_it_is_undone(
    charger: GoE, client: GoEClient, central: Central
) -> None:
    charger.api.values |= MESSY
    before = settings(charger)
    central.status = 404
    plan = await plan_for(client, url_of(central))
    undoing = asyncio.Event()

    def watch(progress: Progress) -> None:
        if progress.step is Step.UNDOING:
            undoing.set()

    task = asyncio.create_task(
        apply(client, plan, wait=1e6, poll=POLL, on_progress=watch)
    )
    await undoing.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await charger.wait_for(lambda: settings(charger) == before)


async def test_not_suitable(session: aiohttp.ClientSession) -> None:
    async with device(firmware="053.1") as charger:
        client = GoEClient(session, http(charger).url, **FAST_CLIENT)
        plan = await plan_for(client, "ws://127.0.0.1:1/x")
        with pytest.raises(ValueError, match="too_old"):
            await apply(client, plan)
        assert sets(charger) == []

"""A charge point as an upstream sees it: boots, states, heartbeats; over real sockets."""

import asyncio
from dataclasses import replace
import logging
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.model import FirmwareStatus, utcnow
from custom_components.ocpp_cs.csms.upstream.client import Trouble, TroubleKind
from custom_components.ocpp_cs.csms.upstream.model import UpstreamSettings
from custom_components.ocpp_cs.csms.upstream.pace import Pace
from custom_components.ocpp_cs.csms.upstream.states import States
from custom_components.ocpp_cs.csms.upstream.station import VirtualStation
from tests.csms.client import Client, Json
from tests.csms.test_central_system import until

from .backend import ACCEPTED, QUICK, Backend, House

TRIGGER_BOOT = {"requestedMessage": "BootNotification"}


def client(house: House) -> Client:
    """Return the charge point, which is yet to connect."""
    return house.world.client()


async def status(charger: Client, connector: int, word: str) -> None:
    """Tell the status of a connector."""
    payload = {"connectorId": connector, "status": word, "errorCode": "NoError"}
    await charger.call("StatusNotification", payload)


def states(backend: Backend) -> list[tuple[int, str]]:
    """Return what the backend was told of connectors, in order."""
    return [
        (one["connectorId"], one["status"])
        for one in backend.told("StatusNotification")
    ]


# Boots.


async def test_it_boots_once_with_what_is_known_of_the_charge_point() -> None:
    async with Backend() as backend, House() as house:
        house.play(backend.url)
        await until(lambda: house.station.connected)
        async with client(house) as charger:
            await charger.boot(firmwareVersion="1.0")
            await until(lambda: backend.told("BootNotification")[1:])
            await status(charger, 1, "Available")
            await until(lambda: (1, "Available") in states(backend))
            await backend.ask("TriggerMessage", {"requestedMessage": "Heartbeat"})
            await until(lambda: backend.told("Heartbeat"))
    # The first one came before anything was known.
    assert backend.told("BootNotification")[1] == {
        "chargePointVendor": "Acme",
        "chargePointModel": "One",
        "firmwareVersion": "1.0",
    }
    assert len(backend.told("BootNotification")) == 2


async def test_a_restart_of_ours_and_a_new_connection_are_no_boots() -> None:
    async with Backend() as backend, House() as house:
        house.play(backend.url)
        await until(lambda: house.station.connected)
        async with client(house) as charger:
            await charger.boot()
            await until(lambda: len(backend.told("BootNotification")) == 2)
        await until(lambda: house.station.connected)
        backend.calls.clear()
        # The upstream is away for a moment.
        await backend.stop()
        await until(lambda: not house.station.connected)
        await backend.start()
        await until(lambda: house.station.connected)
        # We are restarted: the books are what stays.
        await house.upstreams.stop()
        async with House(books=house.books) as again:
            again.play(backend.url)
            async with client(again) as charger:
                await charger.boot()
                await status(charger, 1, "Available")
                await until(lambda: (1, "Available") in states(backend))
    assert not backend.told("BootNotification")


async def test_a_boot_of_the_charge_point_is_one() -> None:
    async with Backend() as backend, House() as house:
        house.play(backend.url)
        await until(lambda: house.station.connected)
        async with client(house) as charger:
            await charger.boot(firmwareVersion="1.0")
            await until(lambda: len(backend.told("BootNotification")) == 2)
        # A new firmware is a sure sign of a restart.
        async with client(house) as charger:
            await charger.boot(firmwareVersion="2.0")
            await until(lambda: len(backend.told("BootNotification")) == 3)
    assert backend.told("BootNotification")[-1]["firmwareVersion"] == "2.0"


async def test_a_boot_while_the_upstream_is_away_is_told_later() -> None:
    async with Backend() as backend, House() as house:
        house.play(backend.url)
        await until(lambda: house.station.connected)
        await backend.stop()
        await until(lambda: not house.station.connected)
        backend.calls.clear()
        house.charge_point.emit("boot", {})
        await backend.start()
        await until(lambda: house.station.connected)
        assert len(backend.told("BootNotification")) == 1


async def test_another_address_is_another_upstream() -> None:
    async with Backend() as backend, Backend() as other, House() as house:
        house.play(backend.url)
        await until(lambda: house.station.connected)
        house.play(other.url)
        await until(lambda: house.station.connected)
        assert len(other.told("BootNotification")) == 1


async def test_pending_for_hours() -> None:
    """The interval is kept, whatever happens meanwhile; nothing else is sent."""
    async with Backend() as backend, House() as house:
        pending = {**ACCEPTED, "status": "Pending", "interval": 7200}
        backend.answers["BootNotification"] = pending
        house.play(backend.url)
        async with client(house) as charger:
            await charger.boot()
            await until(lambda: house.station.trouble == Trouble(TroubleKind.PENDING))
            for word in ("Available", "Preparing", "Available"):
                await status(charger, 1, word)
            house.charge_point.emit("boot", {})
            await backend.ask("TriggerMessage", {"requestedMessage": "Heartbeat"})
            await until(lambda: backend.replies)
            await asyncio.sleep(0.1)
            assert [name for name, _ in backend.calls] == ["BootNotification"]
            assert not house.station.connected
            # The upstream may ask for it at any time.
            backend.answers["BootNotification"] = ACCEPTED
            await backend.ask("TriggerMessage", TRIGGER_BOOT)
            await until(lambda: house.station.connected)
            assert house.station.trouble is None
            await until(lambda: (1, "Available") in states(backend))


@pytest.mark.parametrize("word", ["Pending", "Rejected"])
async def test_it_boots_again_after_the_interval(word: str) -> None:
    async with Backend() as backend, House() as house:
        backend.answers["BootNotification"] = lambda _: (
            {**ACCEPTED, "status": word}
            if len(backend.told("BootNotification")) < 4
            else ACCEPTED
        )
        house.play(backend.url)
        await until(lambda: house.station.connected)
        assert len(backend.told("BootNotification")) == 4
        assert len(backend.requests) == 1


async def test_a_boot_that_is_triggered_at_once_after_pending() -> None:
    """The request comes together with the answer, as some backends send it."""
    async with Backend() as backend, House() as house:

        async def answer(_: Json) -> Json:
            if len(backend.told("BootNotification")) > 1:
                return ACCEPTED
            await backend.ask("TriggerMessage", TRIGGER_BOOT)
            return {**ACCEPTED, "status": "Pending", "interval": 7200}

        backend.answers["BootNotification"] = answer
        house.play(backend.url)
        await until(lambda: house.station.connected)


@pytest.mark.parametrize(
    "answer",
    [
        "InternalError",
        {},
        [],
        {"status": "Maybe", "interval": 1},
        {"status": 7},
        {"status": None, "interval": "soon"},
    ],
)
async def test_an_answer_that_makes_no_sense_is_told(
    answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with Backend() as backend, House() as house:
        backend.answers["BootNotification"] = answer
        house.play(backend.url)
        await until(lambda: house.station.trouble)
        assert house.station.trouble is not None
        assert house.station.trouble.kind is TroubleKind.REJECTED
        backend.answers["BootNotification"] = ACCEPTED
        await until(lambda: house.station.connected)
        assert len(backend.requests) == 1
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


@pytest.mark.parametrize("interval", [0, -1, 10**15, 1e308, None, "7", True, 2.5, []])
async def test_no_interval_does_any_harm(interval: Any) -> None:
    async with Backend() as backend, House() as house:
        backend.answers["BootNotification"] = {**ACCEPTED, "interval": interval}
        house.play(backend.url)
        await until(lambda: house.station.connected)
        await asyncio.sleep(0.1)
        assert house.station.connected
        assert len(backend.told("Heartbeat")) < 5


@pytest.mark.parametrize(
    ("interval", "heartbeat", "retry"),
    [
        (0, 300.0, 60.0),
        (-5, 300.0, 60.0),
        (1, 10.0, 10.0),
        (900, 900.0, 900.0),
        (10**6, 86400.0, 3600.0),
        (10**400, 86400.0, 3600.0),
    ],
)
def test_intervals(interval: int, heartbeat: float, retry: float) -> None:
    assert Pace().until_heartbeat(interval) == heartbeat
    assert Pace().until_retry(interval) == retry


def test_the_delay_grows_up_to_five_minutes() -> None:
    delays = [Pace().delay(failures) for failures in (0, 3, 100)]
    assert 2 <= delays[0] <= 3
    assert 30 <= delays[1] <= 45
    assert 300 <= delays[2] <= 450


async def test_an_upstream_that_has_forgotten_it_gets_another_boot() -> None:
    async with Backend() as backend, House() as house:
        house.play(backend.url)
        await until(lambda: house.station.connected)
        await backend.stop()
        await until(lambda: not house.station.connected)
        backend.calls.clear()
        booted: list[Json] = []

        def boot(payload: Json) -> Json:
            booted.append(payload)
            return ACCEPTED

        backend.answers = {
            "BootNotification": boot,
            **dict.fromkeys(
                ("Heartbeat", "StatusNotification"),
                lambda _: {} if booted else "SecurityError",
            ),
        }
        await backend.start()
        await until(lambda: booted)
        await until(lambda: house.station.connected)


async def test_an_upstream_that_refuses_everything_gets_one_boot_a_connection() -> None:
    async with Backend() as backend, House() as house:
        house.play(backend.url)
        await until(lambda: house.station.connected)
        async with client(house) as charger:
            await charger.boot()
            await until(lambda: len(backend.told("BootNotification")) == 2)
            backend.answers["StatusNotification"] = "NotSupported"
            for word in ("Available", "Preparing", "Available"):
                await status(charger, 1, word)
                await until(lambda: states(backend)[-1:] == [(1, word)])  # noqa: B023
            assert len(backend.told("BootNotification")) == 2
            assert "NotSupported" in (house.station.last_error or "")


# Heartbeats.


async def test_heartbeats_are_sent_while_nothing_else_is() -> None:
    async with Backend() as backend, House(replace(QUICK, heartbeat=0.05)) as house:
        house.play(backend.url)
        await until(lambda: len(backend.told("Heartbeat")) > 3)
        # Neither a status nor a change of the charge point makes more of them.
        assert len(backend.requests) == 1


async def test_a_change_does_not_send_a_heartbeat() -> None:
    async with Backend() as backend, House() as house:
        house.play(backend.url)
        async with client(house) as charger:
            await charger.boot()
            for word in ("Available", "Preparing"):
                await status(charger, 1, word)
            await until(lambda: (1, "Preparing") in states(backend))
        assert not backend.told("Heartbeat")


async def test_who_does_not_answer_is_given_up_and_tried_again() -> None:
    async with Backend() as backend, House() as house:
        house.play(backend.url)
        await until(lambda: house.station.connected)
        backend.answers.update(dict.fromkeys(("Heartbeat", "StatusNotification")))
        async with client(house) as charger:
            await charger.boot()
            await status(charger, 1, "Available")
            await until(lambda: house.station.trouble == Trouble(TroubleKind.SILENT))
            backend.answers = {"BootNotification": ACCEPTED}
            await until(lambda: house.station.connected)
            # What was not answered is told again.
            await until(lambda: (1, "Available") in states(backend))


async def test_an_upstream_that_is_silent_or_closes_is_not_asked_at_full_speed() -> (
    None
):
    """What counts is how long it has worked, not how long it took to fail."""
    slow = replace(QUICK, back_off=(0.01, 600.0), answer=0.05, stable=0.1)
    async with Backend() as backend, House(slow) as house:
        backend.answers["BootNotification"] = None
        house.play(backend.url)
        await until(lambda: len(backend.requests) == 2)
        await until(lambda: house.station.trouble == Trouble(TroubleKind.SILENT))
        await asyncio.sleep(0.3)
        assert len(backend.requests) == 2


async def test_an_upstream_that_accepts_and_closes_is_not_asked_at_full_speed() -> None:
    slow = replace(QUICK, back_off=(0.01, 600.0), stable=60.0)
    async with Backend() as backend, House(slow) as house:

        async def close_soon(connection: Any) -> None:
            asyncio.get_running_loop().call_later(0.1, connection.transport.abort)

        backend.greeting = close_soon
        house.play(backend.url)
        await until(lambda: len(backend.requests) == 2)
        await until(lambda: not backend.connections)
        await asyncio.sleep(0.2)
        assert len(backend.requests) == 2


async def test_a_state_that_was_not_answered_is_told_again() -> None:
    async with Backend() as backend, House() as house:
        told: list[Json] = []

        def answer(payload: Json) -> Json | None:
            if payload["connectorId"] == 1:
                told.append(payload)
            return None if len(told) == 1 else {}

        backend.answers["StatusNotification"] = answer
        house.play(backend.url)
        async with client(house) as charger:
            await charger.boot()
            await status(charger, 1, "Available")
            await until(lambda: len(told) == 2)
            assert len(backend.requests) == 1


async def test_after_a_connection_that_worked_the_next_attempt_is_soon() -> None:
    slow = replace(QUICK, back_off=(0.01, 600.0), stable=0.05)
    async with Backend() as backend, House(slow) as house:
        house.play(backend.url)
        for number in range(1, 5):
            await until(lambda: len(backend.requests) == number)  # noqa: B023
            await until(lambda: house.station.connected)
            await asyncio.sleep(0.1)
            for one in list(backend.connections):
                await one.close(1012, "restart")


async def test_an_upstream_that_closes_at_once_again_and_again() -> None:
    async with Backend() as backend, House() as house:

        async def close(connection: Any) -> None:
            await connection.close(1008, "no such charger")

        backend.greeting = close
        house.play(backend.url)
        await until(lambda: len(backend.requests) > 10)
        trouble = house.station.trouble
        assert trouble is not None
        assert trouble.kind is TroubleKind.CLOSED
        assert "1008" in trouble.detail
        assert "no such charger" in trouble.detail
        assert not house.station.connected
        backend.greeting = None
        await until(lambda: house.station.connected)
    # Whatever was started for the connections has ended.
    await asyncio.sleep(0)
    running = [str(task.get_coro()) for task in asyncio.all_tasks()]
    assert not [
        one
        for one in running
        for name in ("VirtualStation", "ClientChannel", "Connection.serve")
        if name in one
    ]


# Connectors.


async def test_connectors_that_appear_later_are_told() -> None:
    async with Backend() as backend, House() as house:
        house.play(backend.url)
        async with client(house) as charger:
            await charger.boot()
            await status(charger, 1, "Available")
            await until(lambda: (1, "Available") in states(backend))
            await status(charger, 2, "Preparing")
            await until(lambda: (2, "Preparing") in states(backend))
            await status(charger, 2, "Charging")
            await until(lambda: (2, "Charging") in states(backend))
        assert (0, "Available") in states(backend)


async def test_watchers_do_not_add_up() -> None:
    async with Backend() as backend, House() as house:
        station = house.play(backend.url)
        charge_point = house.charge_point

        def watchers() -> int:
            return sum(
                len(of_field)
                for of_scope in charge_point.changes._watchers.values()
                for of_field in of_scope.values()
            )

        charge_point.connector(1)
        charge_point.connector(2)
        await until(lambda: station.connected)
        count, held = watchers(), len(station._unwatch)
        for _ in range(10):
            charge_point.changes.mark(0, "connectors")
            charge_point.changes.flush()
        assert (watchers(), len(station._unwatch)) == (count, held)
        await house.upstreams.stop()
        before_all = watchers()
        house.play(backend.url, name="Again")
        await house.upstreams.stop()
        assert watchers() == before_all < count


async def test_a_charge_point_that_is_away_is_unavailable() -> None:
    async with Backend() as backend, House() as house:
        house.play(backend.url)
        async with client(house) as charger:
            await charger.boot()
            await status(charger, 1, "Available")
            await until(lambda: (1, "Available") in states(backend))
        await until(lambda: states(backend)[-1:] == [(1, "Unavailable")])
        async with client(house) as charger:
            await charger.boot()
            await status(charger, 1, "Available")
            await until(lambda: states(backend)[-1:] == [(1, "Available")])
        assert states(backend).count((1, "Unavailable")) == 1


async def test_a_charge_point_that_is_back_in_time_was_never_away() -> None:
    async with Backend() as backend, House(replace(QUICK, away=60.0)) as house:
        house.play(backend.url)
        for _ in range(2):
            async with client(house) as charger:
                await charger.boot()
                await status(charger, 1, "Available")
                await until(lambda: (1, "Available") in states(backend))
        await backend.ask("TriggerMessage", {"requestedMessage": "Heartbeat"})
        await until(lambda: backend.told("Heartbeat"))
        assert not [one for one in states(backend) if one[1] == "Unavailable"]


async def test_after_our_restart_nothing_is_told_until_it_is_known() -> None:
    """Home Assistant starts before the charge point has come back."""
    async with Backend() as backend, House(replace(QUICK, away=60.0)) as house:
        house.play(backend.url)
        house.charge_point.connector(1)
        await until(lambda: house.station.connected)
        await backend.ask("TriggerMessage", {"requestedMessage": "Heartbeat"})
        await until(lambda: backend.told("Heartbeat"))
        assert not states(backend)
        async with client(house) as charger:
            await charger.boot()
            await status(charger, 1, "Available")
            await until(lambda: (1, "Available") in states(backend))


async def test_one_that_does_not_come_back_is_unavailable() -> None:
    async with Backend() as backend, House() as house:
        house.play(backend.url)
        house.charge_point.connector(1)
        await until(lambda: (1, "Unavailable") in states(backend))
        assert (0, "Unavailable") in states(backend)


async def test_states_are_told_again_on_each_connection_and_if_asked_for() -> None:
    async with Backend() as backend, House() as house:
        house.play(backend.url)
        async with client(house) as charger:
            await charger.boot()
            await status(charger, 1, "Preparing")
            await until(lambda: (1, "Preparing") in states(backend))
            backend.calls.clear()
            await backend.ask(
                "TriggerMessage",
                {"requestedMessage": "StatusNotification", "connectorId": 1},
            )
            await until(lambda: states(backend) == [(1, "Preparing")])
            for one in list(backend.connections):
                await one.close()
            await until(lambda: states(backend).count((1, "Preparing")) == 2)


# What is sent once.


async def test_steps_of_a_new_firmware_are_told_as_they_happen() -> None:
    async with Backend() as backend, House() as house:
        house.play(backend.url)
        await until(lambda: house.station.connected)
        steps = [FirmwareStatus.DOWNLOADING, FirmwareStatus.DOWNLOADED]
        for step in steps:
            house.charge_point.set_firmware_status(step)
        await until(lambda: len(backend.told("FirmwareStatusNotification")) == 2)


async def test_nothing_adds_up_while_the_upstream_is_away() -> None:
    async with House() as house:
        station = house.play("ws://127.0.0.1:1/ocpp")
        for _ in range(1000):
            house.charge_point.set_firmware_status(FirmwareStatus.DOWNLOADING)
            station._trigger("heartbeat", None)
        assert not station._due


async def test_nothing_adds_up_while_the_upstream_is_slow() -> None:
    async with Backend() as backend, House(replace(QUICK, answer=60.0)) as house:
        station = house.play(backend.url)
        await until(lambda: station.connected)
        backend.answers["Heartbeat"] = None
        station._trigger("heartbeat", None)
        await until(lambda: backend.told("Heartbeat"))
        for number in range(100):
            station._send_once(("DataTransfer", {"vendorId": str(number)}))
        assert len(station._due) == 20


@pytest.mark.parametrize(
    "answer", [[], {}, {"transactionId": None}, {"transactionId": [1]}, "GenericError"]
)
async def test_an_answer_to_a_start_that_makes_no_sense_is_told(
    answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with Backend() as backend, House() as house:
        backend.answers["StartTransaction"] = answer
        station = house.play(backend.url)
        async with client(house) as charger:
            await charger.boot()
            await charger.call(
                "StartTransaction",
                {
                    "connectorId": 1,
                    "idTag": "TAG1",
                    "meterStart": 0,
                    "timestamp": utcnow().isoformat(),
                },
            )
            await until(lambda: len(backend.told("StartTransaction")) > 2)
            assert station.last_error
        assert len(backend.requests) == 1
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


# Settings, ends and errors of ours.


async def test_new_settings_do_not_meet_the_old_connection() -> None:
    async with Backend() as backend, House() as house:
        together: list[int] = []

        async def count(_: Any) -> None:
            together.append(len(backend.connections))

        backend.greeting = count
        for number in range(20):
            house.play(backend.url, name=f"Name {number}")
            if number % 3:
                await until(lambda: house.station.connected)
        await until(lambda: house.station.connected)
        assert max(together) == 1
        assert len(backend.connections) == 1
        assert house.station.settings.name == "Name 19"
        # It is the same upstream: no boot.
        assert len(backend.told("BootNotification")) <= 2


async def test_the_same_settings_change_nothing() -> None:
    async with Backend() as backend, House() as house:
        first = house.play(backend.url)
        await until(lambda: first.connected)
        assert house.play(backend.url) is first
        assert len(backend.requests) == 1


async def test_a_charge_point_that_is_removed_is_played_no_more() -> None:
    async with Backend() as backend, House() as house:
        house.play(backend.url)
        await until(lambda: house.station.connected)
        house.upstreams.detach("CP1")
        await until(lambda: not backend.connections)
        assert not house.upstreams.stations
        assert not house.upstreams.of_charge_point("CP1")


async def test_who_shows_it_cannot_break_it(caplog: pytest.LogCaptureFixture) -> None:
    async with Backend() as backend, House() as house:
        station = house.play(backend.url)

        def fail() -> None:
            raise ValueError("a bug of an entity")

        station.changed = fail
        await until(lambda: station.connected)
        for one in list(backend.connections):
            await one.close()
        await until(lambda: len(backend.requests) == 2)
        await until(lambda: station.connected)
        assert station._task is not None
        assert not station._task.done()
    assert "a bug of an entity" in caplog.text


async def test_an_error_of_ours_is_no_end(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Backend() as backend, House() as house:
        station = house.play(backend.url)
        await until(lambda: station.connected)

        def fail(_: VirtualStation) -> None:
            raise RuntimeError("a bug of ours")

        monkeypatch.setattr(States, "next", fail)
        station._work.set()
        await until(lambda: "a bug of ours" in caplog.text)
        monkeypatch.undo()
        await until(lambda: len(backend.requests) > 1 and station.connected)


async def test_a_station_that_never_started_can_be_stopped() -> None:
    async with House() as house:
        station = house.play("ws://127.0.0.1:1/ocpp")
        await station.stop()
        await station.stop()


async def test_only_some_connect_at_the_same_time() -> None:
    """After a restart, a hundred charge points do not come in one moment."""
    async with Backend() as backend, House() as house:
        ids = frozenset(f"BOX{number}" for number in range(30))
        for one in ids:
            house.upstreams.attach(house.world.adopt(one))
        under_way: list[int] = []
        count = 0

        async def slow(_: Any) -> None:
            nonlocal count
            count += 1
            under_way.append(count)
            await asyncio.sleep(0.02)
            count -= 1

        backend.handshaking = slow
        house.upstreams.apply(
            [
                UpstreamSettings(
                    id="employer", name="Employer", url=backend.url, charge_points=ids
                )
            ]
        )
        stations = house.upstreams.stations.values()
        await until(lambda: all(one.connected for one in stations))
        assert len(stations) == 30
        assert max(under_way) <= 10

"""An employer starts, stops and reserves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.access.authorization import (
    AuthorizationStatus,
    KnownTag,
    TagAuthorizer,
    TagPolicy,
    TagRules,
)
from custom_components.ocpp_cs.csms.model.model import ConnectorStatus
from custom_components.ocpp_cs.csms.model.profile import (
    ChargingProfile,
    Kind,
    Period,
    Purpose,
    Schedule,
    Unit,
)
from custom_components.ocpp_cs.csms.model.tags import Tag
from custom_components.ocpp_cs.csms.upstream.asked import control as control_module
from custom_components.ocpp_cs.csms.upstream.model import Role, SessionChoice
from custom_components.ocpp_cs.csms.upstream.speech import Decision
from simulator import Generic
from tests.csms.quirks.test_quirks_on_the_wire import TIMES, url
from tests.csms.test_central_system import until

from .asked import Asked, asked
from .pair import Pair, charger_of

MAY: dict[str, Any] = {
    "roles": frozenset({Role.START_STOP}),
    "sessions": SessionChoice.OWN,
}


def strict() -> Pair:
    """Return a pair whose house knows one card only."""
    authorizer = TagAuthorizer(lambda: ())
    authorizer.rules = TagRules(
        tags=[KnownTag(id="OURS", name="Ours")], policy=TagPolicy.KNOWN
    )
    return Pair(house=authorizer)


def in_seconds(seconds: float) -> str:
    """Return a time from now."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


async def reserve(one: Asked, tag: str = "THEIRS", **more: Any) -> str:
    """Return the answer to a ReserveNow."""
    answer = await one.ask(
        "ReserveNow",
        **{
            "connectorId": 1,
            "expiryDate": in_seconds(3600),
            "idTag": tag,
            "reservationId": 7,
            **more,
        },
    )
    status: str = answer["status"]
    return status


async def test_a_session_that_the_employer_starts_is_its_own() -> None:
    async with asked(strict(), **MAY) as one:
        await one.charger.plug(1)
        # A card that nobody knows, and that the employer vouches for.
        answer = await one.theirs.commands.start_transaction(
            connector_id=1, id_tag="THEIRS"
        )
        assert answer["status"] == "accepted"
        await until(lambda: one.pair.told)
        (ours,), (told,) = one.pair.ours, one.pair.told
        assert ours.id_tag == told.id_tag == "THEIRS"
        assert ours.accepted
        (known,) = one.station._books.told_sessions("employer", "CP1")
        await until(lambda: known.told_id)
        await one.theirs.commands.stop_transaction(transaction_id=told.id)
        await until(lambda: one.pair.told[0].end)
        assert one.pair.ours[0].reason == "remote"
        assert not one.charger.violations


async def test_others_sessions_are_not_those_that_it_may_stop() -> None:
    async with asked(**MAY) as one:
        await one.charger.plug(1)
        one.charger.start_transaction(one.charger.connector(1), "OURS")
        await until(lambda: one.pair.ours)
        for number in (1, int(one.pair.ours[0].id), -1):
            answer = await one.ask("RemoteStopTransaction", transactionId=number)
            assert answer == {"status": "Rejected"}
        assert not one.sent("RemoteStopTransaction")
        assert not one.pair.told
        # The connector is taken.
        answer = await one.ask("RemoteStartTransaction", connectorId=1, idTag="THEIRS")
        assert answer == {"status": "Rejected"}
        assert not one.sent("RemoteStartTransaction")


async def test_a_start_is_accepted_only_if_the_charger_accepts_it() -> None:
    async with asked(strict(), **MAY) as one:
        one.charger.faults.reject_all = True
        answer = await one.ask("RemoteStartTransaction", connectorId=1, idTag="THEIRS")
        assert answer == {"status": "Rejected"}
        assert any("RemoteStartTransaction" in text for _, _, text in one.ours.frames)
        assert not list(one.ours.claims)
        assert await one.charger.authorize("THEIRS") == "Invalid"


async def test_a_charger_that_does_not_answer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(control_module, "_ANSWER_S", 0.05)
    async with asked(**MAY) as one:
        one.charger.faults.never_answer = True
        answer = await one.ask("RemoteStartTransaction", connectorId=1, idTag="THEIRS")
        assert answer == {"status": "Rejected"}
        # It may begin all the same, and is the employer's then.
        one.charger.faults.never_answer = False
        await one.charger.plug(1)
        one.charger.start_transaction(one.charger.connector(1), "THEIRS")
        await until(lambda: one.pair.told)


async def test_a_charger_that_is_away_starts_nothing() -> None:
    async with asked(**MAY) as one:
        await one.charger.drop()
        await until(lambda: not one.ours.connected)
        answer = await one.ask("RemoteStartTransaction", idTag="THEIRS")
        assert answer == {"status": "Rejected"}
        answer = await one.ask("RemoteStartTransaction", connectorId=5, idTag="THEIRS")
        assert answer == {"status": "Rejected"}


async def test_nothing_is_started_before_the_boot_is_accepted() -> None:
    async with asked(**MAY) as one:
        one.station.memory.put("booted", None)
        answer = await one.ask("RemoteStartTransaction", idTag="THEIRS")
        assert answer == {"status": "Rejected"}
        answer = await one.ask("RemoteStopTransaction", transactionId=1)
        assert answer == {"status": "Rejected"}
        assert not one.sent("RemoteStartTransaction")


async def test_a_reservation_keeps_others_away_and_ends_with_its_session() -> None:
    async with asked(**MAY) as one:
        assert await reserve(one) == "Accepted"
        theirs, ours = one.theirs.connectors[1], one.ours.connectors[1]
        await until(lambda: theirs.status is ConnectorStatus.RESERVED)
        assert ours.status is ConnectorStatus.AVAILABLE
        assert not one.sent("ReserveNow")
        assert await one.charger.authorize("OURS") == "Invalid"
        assert await one.charger.authorize("THEIRS") == "Accepted"
        assert await reserve(one, reservationId=8) == "Occupied"
        assert await reserve(one, reservationId=7) == "Accepted"
        await one.charger.plug(1)
        one.charger.start_transaction(one.charger.connector(1), "THEIRS")
        await until(lambda: one.pair.told)
        (told,) = one.station._books.told_sessions("employer", "CP1")
        assert told.reservation_id == 7
        assert not list(one.ours.claims)
        assert await one.ask("CancelReservation", reservationId=7) == {
            "status": "Rejected"
        }
        assert await reserve(one, reservationId=9) == "Occupied"


async def test_a_reservation_is_cancelled_or_expires() -> None:
    async with asked(**MAY) as one:
        theirs = one.theirs.connectors[1]
        assert await reserve(one) == "Accepted"
        assert await one.ask("CancelReservation", reservationId=7) == {
            "status": "Accepted"
        }
        await until(lambda: theirs.status is ConnectorStatus.AVAILABLE)
        assert await one.charger.authorize("OURS") == "Accepted"
        assert await reserve(one, expiryDate=in_seconds(-1)) == "Rejected"
        assert await reserve(one, connectorId=4) == "Rejected"
        assert await reserve(one, expiryDate=in_seconds(0.3)) == "Accepted"
        await until(lambda: not one.station.requests.control.reservations.numbers)
        assert one.station.memory.get("reservations") is None
        assert await one.charger.authorize("OURS") == "Accepted"


async def test_a_reservation_of_any_connector_keeps_the_last_free_one() -> None:
    async with Pair() as pair:
        ours = pair.attach(**MAY)
        async with Generic(url(pair.house), "CP1", connectors=2, **TIMES) as charger:
            station = pair.station
            await until(lambda: station.connected and len(ours.connectors) == 2)
            await until(
                lambda: all(
                    one.status is ConnectorStatus.AVAILABLE
                    for one in ours.connectors.values()
                )
            )
            theirs: Any = pair.employer.central_system.charge_points["CP1"]
            answer = await theirs.commands.call(
                "reserve_now",
                connector_id=0,
                expiry_date=datetime.now(UTC) + timedelta(hours=1),
                id_tag="THEIRS",
            )
            assert answer["status"] == "accepted"
            # One is left for others.
            assert await charger.authorize("OURS") == "Accepted"
            await charger.plug(1)
            charger.start_transaction(charger.connector(1), "OURS")
            await until(lambda: pair.ours)
            assert pair.ours[0].accepted
            assert await charger.authorize("ALIEN") == "Invalid"
            await charger.plug(2)
            charger.start_transaction(charger.connector(2), "ALIEN")
            await until(lambda: len(pair.ours) == 2)
            await until(lambda: pair.ours[1].answer)
            assert not pair.ours[1].accepted


async def test_starts_and_reservations_survive_a_restart() -> None:
    async with asked(strict(), **MAY) as one:
        assert await reserve(one) == "Accepted"
        answer = await one.ask("RemoteStartTransaction", connectorId=1, idTag="THEIRS")
        assert answer == {"status": "Accepted"}
        upstreams = one.pair.upstreams
        upstreams.detach("CP1")
        await until(lambda: not list(one.ours.claims))
        upstreams.attach(one.ours)
        assert len(list(one.ours.claims)) == 2
        await one.charger.plug(1)
        await until(lambda: one.pair.told)
        assert one.pair.told[0].id_tag == "THEIRS"


async def test_reservations_and_starts_are_bounded() -> None:
    async with asked(**MAY) as one:
        control = one.station.requests.control
        for number in range(30):
            await reserve(one, connectorId=0, reservationId=number)
        assert len(list(one.ours.claims)) == 1
        await one.ask("CancelReservation", reservationId=0)
        for number in range(30):
            await one.ask("RemoteStartTransaction", idTag=f"TAG{number}")
        assert len(control._starts) <= 10


async def test_what_is_asked_of_a_session() -> None:
    async with asked(**MAY, tags=frozenset({"theirs"})) as one:
        control = one.station.requests.control
        assert control.session_status(None) == (None, False)
        assert control.session_status("99") == (None, False)
        await one.charger.plug(1)
        one.charger.start_transaction(one.charger.connector(1), "THEIRS")
        await until(lambda: one.pair.told)
        (told,) = one.station._books.told_sessions("employer", "CP1")
        await until(lambda: told.told_id)
        assert told.told_id is not None
        assert control.session_status(told.told_id)[0] is True
        one.charger.stop_transaction(one.charger.connector(1), "Local")
        await until(lambda: one.pair.told[0].end)
        await until(lambda: not len(one.station.outbox))
        assert control.session_status(told.told_id) == (False, False)


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_chargers_of_both_versions_start_and_stop(version: str) -> None:
    pair = strict()
    async with pair:
        ours = pair.attach(
            roles=frozenset({Role.START_STOP, Role.LIMIT}), sessions=SessionChoice.OWN
        )
        async with charger_of(pair.house, version) as charger:
            station = pair.station
            theirs: Any = pair.employer.central_system.charge_points["CP1"]
            await until(lambda: station.connected and ours.ready and ours.connectors)
            await until(lambda: theirs.ready and theirs.connectors)
            await charger.plug(1)
            await until(lambda: ours.connectors[1].plugged_in)
            await theirs.commands.start_transaction(
                connector_id=1,
                id_tag="THEIRS",
                charging_profile=ChargingProfile(
                    id=5,
                    stack_level=1,
                    purpose=Purpose.TX,
                    kind=Kind.RELATIVE,
                    schedules=(
                        Schedule(
                            unit=Unit.AMPERE, periods=(Period(start=0, limit=9.0),)
                        ),
                    ),
                ),
            )
            await until(lambda: pair.told)
            assert pair.told[0].id_tag == "THEIRS"
            await until(station.requests.limits.installed)
            (kept,) = station.requests.limits.installed()
            assert kept.profile.schedules[0].periods[0].limit == 9.0
            (known,) = pair.books.told_sessions("employer", "CP1")
            await until(lambda: known.told_id)
            await theirs.commands.stop_transaction(transaction_id=known.told_id)
            await until(lambda: pair.told[0].end)
            assert not charger.violations


async def test_a_card_of_the_same_group_uses_a_reservation() -> None:
    roles = frozenset({Role.START_STOP, Role.AUTHORIZE})
    async with asked(strict(), roles=roles, takes_unknown_tags=True) as one:
        assert await reserve(one, parentIdTag="GROUP") == "Accepted"
        member = Decision(status=AuthorizationStatus.ACCEPTED, parent_id_tag="GROUP")
        one.station.requests.tags.note(Tag("MEMBER"), member)
        assert one.station.requests.control.reservations.numbers == {1}
        await one.charger.plug(1)
        await one.charger.present_card("MEMBER", 1)
        await until(lambda: one.pair.told)
        assert not one.station.requests.control.reservations.numbers
        (told,) = one.pair.books.told_sessions("employer", "CP1")
        assert told.reservation_id == 7

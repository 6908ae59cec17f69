"""The restart of a session, and what a charge point must have shown before."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.limits.session_restart import SessionRestart
from custom_components.ocpp_cs.csms.model.model import StopReason, utcnow

NOW = utcnow()
LATE = timedelta(hours=3)


def asked(at: datetime = NOW) -> SessionRestart:
    restart = SessionRestart()
    restart.ask("7", at)
    return restart


def test_it_is_possible_once_a_session_has_begun_again_remotely() -> None:
    restart = SessionRestart()
    # The first session since the vehicle was plugged in shows nothing.
    restart.starting(again=False, now=NOW)
    assert not restart.started("ANNA", NOW)
    # Nor does one that was not accepted, comes too late, or began with a card.
    restart.starting(again=True, now=NOW)
    restart.not_taken()
    assert not restart.started("ANNA", NOW)
    restart.starting(again=True, now=NOW)
    assert not restart.started("ANNA", NOW + timedelta(minutes=2))
    restart.starting(again=True, now=NOW, id_tag="BERT")
    assert not restart.started("ANNA", NOW)
    assert not restart.is_possible
    restart.starting(again=True, now=NOW, id_tag="anna")
    assert restart.started("ANNA", NOW + timedelta(seconds=5))
    assert restart.is_possible
    restart.fail()
    assert not restart.is_possible


@pytest.mark.parametrize("away", [False, True])
@pytest.mark.parametrize("after", [timedelta(), LATE, -LATE])
def test_an_end_that_was_asked_for_is_known_late_as_well(
    after: timedelta, away: bool
) -> None:
    restart = asked()
    if away:
        record = restart.record()
        restart = SessionRestart()
        restart.load(record)
    end = NOW + after
    assert restart.ended("7", StopReason.REMOTE, end, with_tag=False)
    assert not restart.ended("8", StopReason.REMOTE, end, with_tag=False)
    assert not restart.ended("7", StopReason.LOCAL, end, with_tag=True)
    assert not restart.ended("7", StopReason.REMOTE, NOW + 30 * LATE, with_tag=False)
    # Late and without a reason, a tag is a card.
    assert restart.ended("7", None, end, with_tag=True) is not bool(after)


def test_once_current_flows_again_an_end_is_its_users() -> None:
    restart = asked()
    # The charge point may not have stopped yet.
    assert not restart.goes_on(NOW + timedelta(seconds=30))
    assert restart.goes_on(NOW + LATE)
    assert not restart.ended("7", StopReason.REMOTE, NOW + LATE, with_tag=False)


@pytest.mark.parametrize(
    "bad",
    [None, 7, "x", [], {}, {"transaction_id": 7, "at": "2026-01-01T00:00:00+00:00"}]
    + [{"transaction_id": "7", "at": at} for at in ("x", None, "2026-01-01T00:00:00")],
)
def test_a_broken_record_is_ignored(bad: Any) -> None:
    restart = SessionRestart()
    restart.load({"restarting": bad, "starts_again": bad, "restart_refused": bad})
    assert restart.record() == {}

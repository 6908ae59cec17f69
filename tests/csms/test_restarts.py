"""Which BootNotification tells of a restart, and which of a mere reconnection."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.model import Identity, utcnow
from custom_components.ocpp_cs.csms.restarts import BootReason, Restarts
from custom_components.ocpp_cs.csms.transactions.ledger import Ledger, MemoryStore

KNOWN = Identity(vendor="Acme", model="One", firmware="1.0")


class Story:
    """A charge point that comes, boots and goes, by a clock that the test turns on."""

    def __init__(self, *, known: bool = True) -> None:
        self.now = 1000.0
        self.charge_point = ChargePoint("CP", Ledger(MemoryStore()))
        if known:
            self.charge_point.recall_identity(KNOWN)
        self.restarts = Restarts(self.charge_point, clock=lambda: self.now)
        self.told: list[Any] = []
        self.charge_point.emit = (  # type: ignore[method-assign]
            lambda kind, data: self.told.append(data["reason"])
        )

    def connects(
        self, *, away: float, boots: bool = True, firmware: str = "1.0"
    ) -> int:
        """Come after so many seconds; return how many restarts were told by then."""
        if self.charge_point.connections:
            self.restarts.closed()
        self.now += away
        self.charge_point.connections += 1
        self.restarts.opened()
        if boots:
            before = self.charge_point.identity
            self.charge_point.set_identity(
                Identity(vendor="Acme", model="One", firmware=firmware)
            )
            self.restarts.booted(before)
            # It is sent again for want of an answer.
            self.restarts.booted(self.charge_point.identity)
        self.now += 3600
        return len(self.told)


def test_the_first_one_since_we_started_is_none() -> None:
    assert Story().connects(away=30) == 0
    assert Story(known=False).connects(away=30) == 0


def test_one_that_boots_when_it_started_is_told() -> None:
    story = Story()
    story.connects(away=30, boots=False)
    assert story.connects(away=40) == 1
    assert story.connects(away=1, boots=False) == 1
    assert story.connects(away=40) == 2
    # No charger restarts so quickly. From then on it is one that always boots, until
    # it comes without.
    assert story.connects(away=1) == 2
    assert story.connects(away=40) == 2
    assert story.connects(away=40, boots=False) == 2
    assert story.connects(away=40) == 3


def test_one_that_always_boots() -> None:
    story = Story()
    for _ in range(5):
        assert story.connects(away=200) == 0
    # What is certain is told.
    story.restarts.expect(BootReason.SOFT_RESET)
    assert story.connects(away=1) == 1
    assert story.connects(away=200, firmware="1.1") == 2
    assert story.told == ["soft_reset", "firmware_update"]


def test_the_first_boot_of_a_new_one_says_nothing_of_those_to_come() -> None:
    story = Story(known=False)
    story.connects(away=30)
    assert story.connects(away=40) == 1


def test_without_power_it_does_not_say_goodbye() -> None:
    """The old connection is there until the new one takes its place."""
    story = Story()
    story.connects(away=30, boots=False)
    point = story.charge_point
    for silence, told in ((40.0, 1), (0.0, 1)):
        point.last_seen = utcnow() - timedelta(seconds=silence)
        point.connections += 1
        story.restarts.opened()
        story.restarts.booted(KNOWN)
        assert len(story.told) == told
        story.now += 3600


@pytest.mark.parametrize("away", [1.0, 20.0])
async def test_one_that_comes_and_goes(away: float) -> None:
    """It is told once at most, then as flapping, until it is quiet."""
    story = Story()
    story.connects(away=30, boots=False)
    marked: list[bool] = []
    story.charge_point.watch(
        ("flapping",), lambda: marked.append(story.restarts.flapping)
    )
    for _ in range(100):
        story.now -= 3600
        story.connects(away=away)
    story.charge_point.changes.flush()
    assert story.restarts.flapping
    assert len(story.told) == (1 if away > 5 else 0)
    story.now -= 3600
    story.restarts.look()
    assert story.restarts.flapping
    story.now += 600
    story.restarts.look()
    assert not story.restarts.flapping
    assert marked == [True, False]
    # Now and then is no flapping.
    for _ in range(10):
        story.connects(away=40)
    assert not story.restarts.flapping

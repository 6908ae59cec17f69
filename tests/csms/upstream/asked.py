"""A charge point that is played for an employer, who asks for things."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.session import Session
from custom_components.ocpp_cs.csms.upstream.asked.wishes import Wish
from custom_components.ocpp_cs.csms.upstream.station import VirtualStation
from simulator import Generic
from tests.csms.quirks.test_quirks_on_the_wire import TIMES, settled, url
from tests.csms.test_central_system import until

from .pair import Pair


@dataclass
class Asked:
    """All that takes part."""

    pair: Pair
    charger: Generic
    ours: ChargePoint
    """The charge point as the house has it."""
    theirs: ChargePoint
    """The charge point as the employer has it."""
    station: VirtualStation
    wishes: list[Wish]

    async def ask(self, action: str, **payload: Any) -> Any:
        """Return the answer to a raw call of the employer."""
        link = self.theirs.link
        assert isinstance(link, Session)
        return await link.connection.call(action, payload)

    def sent(self, action: str) -> list[Any]:
        """Return what our charge point was sent of an action."""
        return self.charger.calls(action)


@asynccontextmanager
async def asked(pair: Pair | None = None, **settings: Any) -> AsyncIterator[Asked]:
    """Have a charger played for an employer with these settings."""
    async with pair or Pair() as both:
        ours = both.attach(**settings)
        wishes: list[Wish] = []
        both.upstreams.ask_owner = wishes.append
        async with Generic(url(both.house), "CP1", **TIMES) as charger:
            (station,) = both.upstreams.stations.values()
            theirs: Any = both.employer.central_system.charge_points["CP1"]
            await until(lambda: ours.link and theirs.link)
            await settled(ours, charger)
            await until(lambda: theirs.ready and theirs.link._setup.done())
            await until(lambda: ours.connectors and theirs.connectors)
            yield Asked(both, charger, ours, theirs, station, wishes)

"""Sessions by chance, outages and faults by chance: both books are the same at the end."""

from pathlib import Path
import random

import pytest

from custom_components.ocpp_cs.csms.upstream.told import delivery, outbox
from tests.csms.client import Client, Json
from tests.csms.test_central_system import until
from tests.sampling import sample

from .payer import OF_SESSIONS, Box, Fault, House, Payer, differences

STEPS = 30


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is put off be tried again soon."""
    monkeypatch.setattr(outbox, "_RETRY_S", 0.01)
    monkeypatch.setattr(delivery, "_LATE_S", 0.5)


class Story:
    """A house and a payer, and what happens to them."""

    def __init__(self, path: Path, seed: int) -> None:
        """Begin with nothing."""
        self._path = path
        self._chance = random.Random(seed)
        self.payer = Payer()
        self.payer.faults = self._fault
        self.house = House(self.payer, path)
        self._is_up = False
        self._client: Client | None = None
        self._box: Box | None = None
        self._runs = False
        self._trouble = 0.15

    def _fault(self, action: str, payload: Json) -> Fault | None:
        """Return what goes wrong; a value may be given up, so none has an error."""
        if action not in OF_SESSIONS or self._chance.random() > self._trouble:
            return None
        return self._chance.choice(
            [
                Fault.CLOSE,
                Fault.CLOSE_AFTER,
                Fault.SILENCE,
                Fault.SILENCE_AFTER,
                Fault.LATE,
                Fault.TWICE,
                *([] if action == "MeterValues" else [Fault.ERROR, Fault.NONSENSE]),
            ]
        )

    async def _connect(self) -> Box:
        if self._client is None:
            client = self._client = self.house.world.client()
            await client.__aenter__()
            await client.boot()
            if self._box is None:
                self._box = Box(client)
            self._box._client = client
        assert self._box is not None
        return self._box

    async def _disconnect(self) -> None:
        if self._client is not None:
            await self._client.__aexit__(None, None, None)
            self._client = None

    async def _restart(self) -> None:
        await self._disconnect()
        await self.house.stop()
        self.house = House(self.payer, self._path)
        await self.house.start()

    async def _toggle_payer(self) -> None:
        if self._is_up:
            await self.payer.stop()
        else:
            await self.payer.start()
        self._is_up = not self._is_up

    async def _step(self) -> None:
        dice = self._chance.random()
        if dice < 0.1:
            await self._restart()
        elif dice < 0.25:
            await self._toggle_payer()
        elif dice < 0.5 or not self._runs:
            box = await self._connect()
            await (box.end() if self._runs else box.begin())
            self._runs = not self._runs
        else:
            await (await self._connect()).charge(self._chance.randrange(500))

    async def live(self) -> None:
        """Live through it, and let everything be told at the end."""
        await self.payer.start()
        self._is_up = True
        await self.house.start()
        for _ in range(STEPS):
            await self._step()
        if self._runs:
            await (await self._connect()).end()
        if not self._is_up:
            await self._toggle_payer()
        self._trouble = 0.0
        await until(lambda: not len(self.house.station.outbox))

    async def end(self) -> None:
        """Stop everything."""
        await self._disconnect()
        await self.house.stop()
        await self.payer.stop()


@pytest.mark.parametrize("seed", sample(range(200), 5))
async def test_both_books_are_the_same(seed: int, tmp_path: Path) -> None:
    story = Story(tmp_path / "books.db", seed)
    try:
        await story.live()
        ours = await story.house.sessions()
        assert ours
        assert not list(differences(ours, story.payer.booked))
        # Others go first where the upstream answers with errors.
        theirs = sorted(story.payer.booked, key=lambda other: other.start)
        for one, other in zip(ours, theirs, strict=True):
            assert one.end is not None
            assert all(one.start < time <= one.end for time in other.values)
    finally:
        await story.end()


async def test_the_charge_point_never_notices(tmp_path: Path) -> None:
    """It gets the same frames with a misbehaving upstream and without one."""

    async def frames(path: Path, *, told: bool) -> list[tuple[str, Json]]:
        payer = Payer()
        await payer.start()
        payer.faults = lambda action, payload: random.choice([*Fault, None])
        payer.asks = [
            ("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "1"}),
            ("Reset", {"type": "Hard"}),
            ("UnlockConnector", {"connectorId": 1}),
            ("RemoteStartTransaction", {"idTag": "X"}),
            ("TriggerMessage", {"requestedMessage": "MeterValues"}),
        ]
        house = House(payer, path)
        chosen = frozenset({"CP1"} if told else ())
        await house.start(charge_points=chosen)
        async with house.world.client() as client:
            await client.boot()
            await until(lambda: house.charge_point.ready)
            if told:
                await until(lambda: payer.calls)
            box = Box(client)
            await box.session("A")
            await box.session("B")
            if told:
                await until(lambda: len(payer.calls) > 5)
            received = list(client.received)
        await house.stop()
        await payer.stop()
        return received

    with_one = await frames(tmp_path / "with.db", told=True)
    without = await frames(tmp_path / "without.db", told=False)
    assert with_one == without
    assert without

"""How many chargers one Home Assistant carries, with a value every 10 s each.

`python -m bench.sites [CHARGERS]` prints the table of docs/sites.md. More than 250 are at
two servers, half of them each, and are not told to a backend.
"""

import asyncio
import statistics
import sys
import time

from devtools.integration import add_by_hand, wait_for_entities
from simulator import Car, Generic

from .backends import backend
from .report import table
from .resources import cpu_of
from .rig import OTHER, OURS, Rig

_INTERVAL_S = 10.0
_SECONDS = 30
_MOST_OF_A_SERVER = 250
_PROBE = "PROBE"
"""A charger that is limited again and again, to see how long it takes."""
_STEPS = 10
_HEAD = (
    "chargers, process %, event loop %, memory MiB, answer median ms, 99 % ms, "
    "limit median ms, worst ms"
)


class Site:
    """A rig, and one more charger that is limited."""

    def __init__(self, rig: Rig) -> None:
        """Use a rig that runs."""
        self._rig = rig
        self.rows: list[list[str]] = []
        self._limited: list[float] = []
        self._charger: Generic
        self._limit = ""

    async def begin(self) -> None:
        """Add the charger that is limited."""
        rig = self._rig
        await add_by_hand(rig.hass.client, rig.entry, _PROBE)
        self._charger = Generic(
            f"ws://127.0.0.1:{rig.port}/{_PROBE}", _PROBE, noise=0.0
        )
        install = self._charger.install_profile

        def note(number: int, profile: dict[str, object]) -> None:
            self._limited.append(time.perf_counter())
            install(number, profile)

        self._charger.install_profile = note  # type: ignore[method-assign]
        await self._charger.start()
        await self._charger.wait_idle()
        await self._charger.plug(1, Car(soc=10, capacity_kwh=200))
        await self._charger.present_card("TAG", 1)
        key = f"number.{_PROBE}/1/current_limit"
        self._limit = (await wait_for_entities(rig.hass.client, {key}))[key]

    async def end(self) -> None:
        """Switch it off."""
        await self._charger.stop()

    async def _react(self) -> list[float]:
        """Return how long new limits took from the action to the charger, in ms."""
        delays = []
        for step in range(_STEPS):
            count = len(self._limited)
            begun = time.perf_counter()
            await self._rig.hass.client.call(
                "number.set_value", {"entity_id": self._limit, "value": 8 + step % 8}
            )
            if len(self._limited) > count:
                delays.append((self._limited[count] - begun) * 1000)
            await asyncio.sleep(_SECONDS / _STEPS / 2)
        return delays

    async def measure(self, chargers: int, name: str, *targets: str) -> None:
        """Note what so many chargers cost at each of these servers."""
        rig = self._rig
        rate = chargers / _INTERVAL_S
        await rig.drain()
        sending = asyncio.gather(
            *(
                rig.send(target, chargers, round(rate * (_SECONDS + 10)), rate=rate)
                for target in targets
            )
        )
        await asyncio.sleep(5)
        before, begun = cpu_of(rig.hass.pid), time.monotonic()
        delays = await self._react()
        await asyncio.sleep(max(_SECONDS - (time.monotonic() - begun), 0))
        passed = time.monotonic() - begun
        used = cpu_of(rig.hass.pid) - before
        results = await sending
        self.rows.append(
            [
                name,
                f"{used.process / passed * 100:.1f}",
                f"{used.loop / passed * 100:.1f}",
                f"{rig.rss_mib():.0f}",
                f"{max(one['median_ms'] for one in results):.1f}",
                f"{max(one['p99_ms'] for one in results):.0f}",
                f"{statistics.median(delays):.0f}" if delays else "none",
                f"{max(delays):.0f}" if delays else "none",
            ]
        )
        # In case that what follows does not come to its end.
        sys.stderr.write(f"[bench] {' | '.join(self.rows[-1])}\n")


async def _two_servers(each: int) -> None:
    """Measure and print what so many chargers cost at each of two servers."""
    async with Rig(0) as rig:
        site = Site(rig)
        await site.begin()
        await rig.add_server()
        for target in (OURS, OTHER):
            await rig.adopt_more(target, each)
        for target in (OURS, OTHER):
            await rig.connect(target, each)
        await site.measure(each, f"{each} at each of two servers", OURS, OTHER)
        back = await asyncio.gather(*(rig.reconnect(one) for one in (OURS, OTHER)))
        await site.end()
    sys.stdout.write(
        f"{table(_HEAD.split(', '), site.rows)}\n\n"
        "All that lose their connection at once are back after "
        f"{max(one['seconds'] for one in back):.1f} s.\n"
    )


async def main(most: int) -> None:
    """Measure and print."""

    def progress(text: str) -> None:
        sys.stderr.write(f"[bench] {time.strftime('%X')} {text}\n")

    if most > _MOST_OF_A_SERVER:
        await _two_servers(most // 2)
        return
    sizes = [one for one in (100, 250) if one < most] + [most]
    async with backend(60) as process, Rig(0) as rig:
        assert process.stdout is not None
        port = int(await process.stdout.readline())
        site = Site(rig)
        await site.begin()
        empty = rig.rss_mib()
        for size in sizes:
            progress(f"adding chargers up to {size}")
            await rig.adopt_more(OURS, size)
            await rig.connect(OURS, size)
            progress(f"measuring {size} chargers")
            await site.measure(size, str(size), OURS)
        progress("all of them come back at once")
        back = await rig.reconnect(OURS)
        progress("all of them are told to a backend")
        await rig.tell_of(OURS, f"ws://127.0.0.1:{port}/ocpp", most)
        await asyncio.sleep(20)
        await site.measure(most, f"{most}, each told to a backend", OURS)
        progress("a restart")
        await rig.hass.stop()
        begun = time.monotonic()
        await rig.hass.start()
        started = time.monotonic() - begun
        again = await rig.reconnect(OURS)
        await site.end()
    sys.stdout.write(
        f"{table(_HEAD.split(', '), site.rows)}\n\n"
        f"Memory without chargers: {empty:.0f} MiB. All {most} that lose their "
        f"connection are back after {back['seconds']:.1f} s, with {back['calls']:.1f} "
        f"calls to each. A restart of Home Assistant takes {started:.0f} s, and after "
        f"{again['seconds']:.1f} s more all of them are accepted.\n"
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 250))

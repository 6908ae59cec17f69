"""The load: a process that is all the chargers, driven by lines of JSON.

    {"do": "connect", "target": "ours", "port": 9000, "chargers": 100}
    {"do": "send", "target": "ours", "chargers": 10, "messages": 5000, "rate": 0}
    {"do": "reconnect", "target": "ours"}

Each line is answered with one line.
"""

import asyncio
import ssl
import statistics
import sys
import time
from typing import Any

import orjson

from .charger import Charger, id_of
from .station import Station

type Json = dict[str, Any]

_HOST = "127.0.0.1"


class Load:
    """The chargers of each target."""

    def __init__(self) -> None:
        """Start without any."""
        self._chargers: dict[str, list[Charger]] = {}

    async def connect(
        self,
        target: str,
        port: int,
        chargers: int,
        root: str | None = None,
        version: str = Charger.subprotocol,
    ) -> Json:
        """Connect so many chargers, one after another, and begin their sessions.

        With the certificate of a CA (PEM) they use TLS, and trust no other.
        """
        tls = None
        if root is not None:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            tls.load_verify_locations(cadata=root)
        kind = Station if version == Station.subprotocol else Charger
        self._chargers[target] = [
            kind(_HOST, port, id_of(target, number), tls) for number in range(chargers)
        ]
        for charger in self._chargers[target]:
            await charger.connect()
        await _quiet(self._chargers[target])
        for charger in self._chargers[target]:
            await charger.begin()
        return {"calls": _calls(self._chargers[target])}

    async def send(
        self, target: str, chargers: int, messages: int, rate: float
    ) -> Json:
        """Let the first so many chargers send `messages` in all, `rate` a second.

        A rate of 0 is as fast as they are answered.
        """
        senders = self._chargers[target][:chargers]
        interval = chargers / rate if rate else 0.0
        begin = time.perf_counter()
        results = await asyncio.gather(
            *(
                charger.send_meter_values(
                    messages // chargers, interval, begin + interval * number / chargers
                )
                for number, charger in enumerate(senders)
            )
        )
        seconds = time.perf_counter() - begin
        times = sorted(one for result in results for one in result)
        return {
            "messages": len(times),
            "seconds": seconds,
            "median_ms": statistics.median(times) * 1000,
            "p99_ms": times[int(len(times) * 0.99)] * 1000,
        }

    async def reconnect(self, target: str) -> Json:
        """Cut all connections, and let all come back in the same moment."""
        chargers = self._chargers[target]
        for charger in chargers:
            charger.abort()
        await asyncio.sleep(1)
        begin = time.perf_counter()
        accepted = await asyncio.gather(*(charger.connect() for charger in chargers))
        await _quiet(chargers)
        for charger in chargers:
            await charger.begin()
        return {"seconds": max(accepted) - begin, "calls": _calls(chargers)}


async def _quiet(chargers: list[Charger]) -> None:
    """Wait until the central system has asked all that it wants to know."""
    before = -1
    while (now := sum(len(charger.calls) for charger in chargers)) != before:
        before = now
        await asyncio.sleep(1)


def _calls(chargers: list[Charger]) -> float:
    return statistics.mean(len(charger.calls) for charger in chargers)


async def main() -> None:
    """Do what the lines say until there are no more."""
    load = Load()
    loop = asyncio.get_running_loop()
    # Lines come one at a time, each after the answer to the one before.
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = orjson.loads(line)
        answer = await getattr(load, order.pop("do"))(**order)
        sys.stdout.write(orjson.dumps(answer).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())

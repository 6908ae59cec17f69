"""A backend that takes everything, in a process of its own; prints its port.

It asks for a value every so many seconds, the first argument, of each charge point.
"""

import asyncio
from datetime import UTC, datetime
import itertools
import json
import sys

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

_numbers = itertools.count(1)
told: dict[str, int] = {}
"""Action -> how often it was called."""


async def _serve(connection: ServerConnection, interval: str) -> None:
    try:
        async for message in connection:
            frame = json.loads(message)
            if frame[0] != 2:
                continue
            _, number, action, _payload = frame
            told[action] = told.get(action, 0) + 1
            answer: dict[str, object] = {}
            if action == "BootNotification":
                answer = {
                    "status": "Accepted",
                    "interval": 3600,
                    "currentTime": datetime.now(UTC).isoformat(),
                }
            elif action == "StartTransaction":
                answer = {
                    "transactionId": next(_numbers),
                    "idTagInfo": {"status": "Accepted"},
                }
            await connection.send(json.dumps([3, number, answer]))
            if action == "BootNotification":
                payload = {"key": "MeterValueSampleInterval", "value": interval}
                await connection.send(
                    json.dumps([2, "interval", "ChangeConfiguration", payload])
                )
    except ConnectionClosed:
        pass


async def main(interval: str) -> None:
    """Listen until there is no more input; each line is answered with the counts."""
    server = await serve(
        lambda connection: _serve(connection, interval),
        "127.0.0.1",
        0,
        subprotocols=[Subprotocol("ocpp1.6")],
    )
    port = next(iter(server.sockets)).getsockname()[1]
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        sys.stdout.write(f"{json.dumps(told)}\n")
        sys.stdout.flush()
    server.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

"""Who charges: cards and cars, set up by their forms, and what they charged before."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from devtools import DOMAIN
from devtools.client import Client
from devtools.integration import add_subentry

from .past import register_kwh
from .past_sessions import past_sessions, transactions_of, write_books
from .places import DRIVERS, PLACES

type Json = dict[str, Any]


async def introduce(client: Client, config_dir: Path) -> None:
    """Add the cards and the cars, and fill the books of the server.

    Nothing may be connected: the server starts once more.
    """
    (entry,) = await client.entries(DOMAIN)
    vehicles: dict[str, str] = {}
    for number, driver in enumerate(DRIVERS):
        card = {"name": driver.name, "id_tag": driver.id_tag}
        # With the first card it is asked whether others may charge as well.
        others = {} if number else {"other_cards": "every"}
        await add_subentry(
            client, entry, "id_tag", {"next_step_id": "tag"}, {**card, **others}
        )
        if driver.car is not None:
            vehicles[driver.car] = await add_subentry(
                client,
                entry,
                "vehicle",
                {
                    "name": driver.car,
                    "capacity_kwh": driver.capacity_kwh,
                    "recognition": {"id_tags": [driver.id_tag]},
                    "look": {"icon": driver.icon},
                },
            )
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    booked = transactions_of(
        past_sessions(now), {place: register_kwh(place) for place in PLACES}, vehicles
    )
    path = config_dir / ".storage" / f"{DOMAIN}.{entry['entry_id']}.db"
    await write_books(path, booked)
    # What is counted of this month is read when the server starts.
    await client.post(f"/api/config/config_entries/entry/{entry['entry_id']}/reload")

"""Pages and sums of sessions, as a browser is told them."""

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
import json
import random
from typing import Any
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.ocpp_cs.csms.transactions.storage import (
    LedgerChanges,
    SessionFilter,
)
from custom_components.ocpp_cs.csms.transactions.transaction import Details, Transaction
from custom_components.ocpp_cs.hub import Hub
from tests.integration.api.conftest import ALL, Browse, Browser
from tests.integration.conftest import charger_subentry, make_entry, setup
from tests.integration.helpers.entities import Wallbox, entity_id

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
NOON = datetime(2026, 10, 20, 12, tzinfo=BERLIN)
DETAILS = {field.name for field in fields(Details)}
SUMS = ("sessions", "energy_kwh", "sun_kwh", "grid_kwh", "unknown_kwh", "duration_s")


def past(seq: int = 1, start: datetime = NOON, **given: Any) -> Transaction:
    """Return a session of an hour with 5 kWh, unless it is told otherwise."""
    details = Details(**{key: given.pop(key) for key in list(given) if key in DETAILS})
    values: dict[str, Any] = {
        "id": str(seq),
        "seq": seq,
        "charge_point_id": "CP1",
        "connector_id": 1,
        "id_tag": "CARD",
        "start": start.astimezone(UTC),
        "reported_start": start.astimezone(UTC),
        "meter_start_wh": 1000.0,
        "meter_stop_wh": 6000.0,
        "end": start.astimezone(UTC) + HOUR,
        "reported_end": start.astimezone(UTC) + HOUR,
        "reason": "local",
        "cost": 1.5,
        "priced_wh": 5000.0,
        "details": details,
    }
    return Transaction(**values | given)


async def keep(hub: Hub, *transactions: Transaction) -> None:
    """Write sessions into the books."""
    await hub._storage.save(
        LedgerChanges(
            last_seq=max(one.seq for one in transactions),
            transactions={one.key: one for one in transactions},
            at_hand=list,
        )
    )


@pytest.fixture
async def browser(hass: HomeAssistant, hub: Hub, browse: Browse) -> Browser:
    """Return an administrator's browser, in Berlin."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    await hass.config.async_update(currency="EUR")
    return await browse()


def ids(answer: dict[str, Any]) -> list[int | str]:
    """Return the ids of the sessions on a page."""
    return [one["transaction_id"] for one in answer["sessions"]]


async def test_one_with_everything_known(hub: Hub, browser: Browser) -> None:
    await keep(
        hub,
        past(
            sun_wh=3000.0,
            grid_wh=2000.0,
            sun_share=0.6,
            price=0.3,
            currency="CHF",
            vehicle="guest",
            soc_start=20.0,
            soc_end=61.55,
            offline=True,
        ),
    )
    answer = await browser.ask("sessions")
    assert answer["sessions"] == [
        {
            "entry_id": hub._entry.entry_id,
            "charge_point_id": "CP1",
            "charger_name": "Garage",
            "place_name": "Garage",
            "connector_id": 1,
            "transaction_id": 1,
            "reported_start": "2026-10-20T10:00:00+00:00",
            "id_tag": "CARD",
            "tag_name": "Anna",
            "vehicle": "guest",
            "vehicle_name": None,
            "start": "2026-10-20T10:00:00+00:00",
            "end": "2026-10-20T11:00:00+00:00",
            "duration_s": 3600,
            "energy_kwh": 5.0,
            "sun_kwh": 3.0,
            "grid_kwh": 2.0,
            "solar_share": 0.6,
            "cost": 1.5,
            "discharged_kwh": None,
            "discharged_value": None,
            "total_cost": 1.5,
            "currency": "CHF",
            "average_price": 0.3,
            "soc_start": 20.0,
            "soc_end": 61.5,
            "meter_start_kwh": 1.0,
            "meter_stop_kwh": 6.0,
            "reason": "local",
            "offline": True,
            "payer": None,
            "payer_name": None,
            "backends": [],
            "struck_out": False,
            "changes": [],
        }
    ]
    assert answer["total"] == 1
    assert answer["first"] == "2026-10-20T10:00:00+00:00"
    assert answer["sums"] == {
        "sessions": 1,
        "energy_kwh": 5.0,
        "sun_kwh": 3.0,
        "grid_kwh": 2.0,
        "unknown_kwh": 0.0,
        "duration_s": 3600.0,
        "cost": {"CHF": 1.5},
    }
    (tag,) = answer["by"]["tag"]
    assert (tag["key"], tag["name"]) == ("CARD", "Anna")
    (vehicle,) = answer["by"]["vehicle"]
    assert (vehicle["key"], vehicle["name"]) == ("guest", None)
    (charger,) = answer["by"]["charger"]
    assert (charger["key"], charger["name"]) == ("CP1", "Garage")
    assert answer["tags"] == [{"id_tag": "CARD", "name": "Anna"}]
    assert answer["vehicles"] == [{"id": "guest", "name": None}]
    assert answer["payers"] == []


async def test_one_with_nothing_known(hub: Hub, browser: Browser) -> None:
    await keep(
        hub,
        past(
            id_tag="",
            connector_id=0,
            meter_start_wh=None,
            cost=None,
            start_known=False,
            reason=None,
            charge_point_id="GONE",
        ),
    )
    answer = await browser.ask("sessions")
    (one,) = answer["sessions"]
    unknown = {key for key, value in one.items() if value is None}
    assert unknown == {
        "connector_id",
        "tag_name",
        "vehicle",
        "vehicle_name",
        "start",
        "duration_s",
        "energy_kwh",
        "sun_kwh",
        "grid_kwh",
        "solar_share",
        "cost",
        "currency",
        "average_price",
        "discharged_kwh",
        "discharged_value",
        "total_cost",
        "soc_start",
        "soc_end",
        "meter_start_kwh",
        "reason",
        "payer",
        "payer_name",
    }
    assert one["charger_name"] == "GONE"
    assert answer["sums"]["cost"] == {}
    assert answer["by"]["tag"][0]["key"] == ""
    assert answer["by"]["vehicle"][0]["key"] == ""
    assert answer["tags"] == []


async def test_nothing_at_all(browser: Browser) -> None:
    answer = await browser.ask("sessions")
    assert answer["sessions"] == []
    assert answer["total"] == 0
    assert answer["first"] is None
    assert answer["sums"]["sessions"] == 0
    assert (await browser.ask("sessions", entry_id="nobody"))["total"] == 0


async def test_currency_that_changed(hub: Hub, browser: Browser) -> None:
    await keep(
        hub,
        past(1, currency="CHF", cost=2.0),
        past(2, NOON + HOUR, currency="EUR", cost=3.0),
        # From before there was a currency: it is the present one.
        past(3, NOON + 2 * HOUR, cost=0.5),
        past(4, NOON + 3 * HOUR, cost=None),
    )
    answer = await browser.ask("sessions", order="cost")
    assert answer["sums"]["cost"] == {"CHF": 2.0, "EUR": 3.5}
    assert ids(answer) == [2, 1, 3, 4]


@pytest.mark.parametrize(
    ("start", "end", "keys"),
    [
        (
            datetime(2026, 10, 1, tzinfo=BERLIN),
            datetime(2026, 11, 1, tzinfo=BERLIN),
            [f"2026-10-{day:02}" for day in range(1, 32)],
        ),
        (
            datetime(2026, 1, 1, tzinfo=BERLIN),
            datetime(2027, 1, 1, tzinfo=BERLIN),
            [f"2026-{month:02}" for month in range(1, 13)],
        ),
        (
            datetime(2020, 1, 1, tzinfo=BERLIN),
            datetime(2027, 1, 1, tzinfo=BERLIN),
            [str(year) for year in range(2020, 2027)],
        ),
    ],
)
async def test_days_months_years(
    hub: Hub, browser: Browser, start: datetime, end: datetime, keys: list[str]
) -> None:
    # Half past eleven in the night of the 31st, in Berlin; and of the day of 25 hours.
    late = datetime(2026, 10, 31, 23, 30, tzinfo=BERLIN)
    change = datetime(2026, 10, 25, 23, 30, tzinfo=BERLIN)
    before = datetime(2026, 9, 30, 23, 59, 59, tzinfo=BERLIN)
    await keep(hub, past(1, late), past(2, change), past(3, before))
    answer = await browser.ask("sessions", start=start.isoformat(), end=end.isoformat())
    assert [one["key"] for one in answer["by"]["time"]] == keys
    counted = {one["key"]: one["sessions"] for one in answer["by"]["time"]}
    if len(keys) == 31:
        assert {key for key, number in counted.items() if number} == {
            "2026-10-31",
            "2026-10-25",
        }
        assert answer["total"] == 2
    else:
        assert answer["total"] == 3
        assert counted[keys[-3] if len(keys) == 12 else "2026"] == (
            2 if len(keys) == 12 else 3
        )


@pytest.mark.parametrize(
    ("zone", "day", "begins", "ends"),
    [
        ("Europe/Berlin", "2026-10-20", "2026-10-20 12:00:00", "2026-10-20 13:00:00"),
        (
            "Pacific/Auckland",
            "2026-10-20",
            "2026-10-20 23:00:00",
            "2026-10-21 00:00:00",
        ),
        (
            "Pacific/Kiritimati",
            "2026-10-21",
            "2026-10-21 00:00:00",
            "2026-10-21 01:00:00",
        ),
        ("Pacific/Niue", "2026-10-19", "2026-10-19 23:00:00", "2026-10-20 00:00:00"),
        # What is none is Home Assistant's.
        ("Nowhere/Land", "2026-10-20", "2026-10-20 12:00:00", "2026-10-20 13:00:00"),
        ("../passwd", "2026-10-20", "2026-10-20 12:00:00", "2026-10-20 13:00:00"),
        ("\0", "2026-10-20", "2026-10-20 12:00:00", "2026-10-20 13:00:00"),
        ("", "2026-10-20", "2026-10-20 12:00:00", "2026-10-20 13:00:00"),
    ],
)
async def test_days_and_times_are_those_of_whoever_asks(
    hub: Hub, browser: Browser, zone: str, day: str, begins: str, ends: str
) -> None:
    await keep(hub, past())
    span = {
        "start": (NOON - 4 * 24 * HOUR).isoformat(),
        "end": (NOON + 4 * 24 * HOUR).isoformat(),
    }
    answer = await browser.ask("sessions", **span, time_zone=zone)
    assert [one["key"] for one in answer["by"]["time"] if one["sessions"]] == [day]
    table = await browser.ask("sessions/csv", **span, time_zone=zone, language="en")
    row = table["csv"].splitlines()[1].split(",")
    assert [row[6], row[7]] == [begins, ends]


def _random(seed: int) -> list[Transaction]:
    rng = random.Random(seed)
    found = []
    for seq in range(1, 120):
        energy = rng.choice([None, 0.0, 4000.0, rng.uniform(0, 60_000)])
        sun = None if energy is None else rng.choice([None, energy * rng.random()])
        found.append(
            past(
                seq,
                NOON - timedelta(minutes=rng.randrange(500_000)),
                charge_point_id=rng.choice(["CP1", "CP2", "GONE"]),
                connector_id=rng.choice([0, 1, 2]),
                id_tag=rng.choice(["CARD", "card", "OTHER", "", "x1"]),
                meter_start_wh=None if energy is None else 1000.0,
                meter_stop_wh=rng.choice([None, (energy or 0) + 1000.0, 10.0]),
                register_wh=rng.choice([None, (energy or 0) + 1000.0, 5.0]),
                cost=rng.choice([None, 0.0, rng.uniform(0, 9)]),
                answer=rng.choice([None, "accepted", "invalid"]),
                struck_out=rng.random() < 0.1,
                currency=rng.choice([None, "EUR", "CHF"]),
                sun_wh=sun,
                grid_wh=None if sun is None or energy is None else energy - sun,
                vehicle=rng.choice([None, "guest", "v1"]),
                payer=rng.choice([None, "private", "employer", "platform"]),
            )
        )
    return found


FILTERS: dict[str, Callable[[Transaction], bool]] = {
    "{}": lambda one: True,
    '{"charge_point_id": "CP2"}': lambda one: one.charge_point_id == "CP2",
    '{"charge_point_id": "CP1", "connector_id": 2}': lambda one: (
        one.charge_point_id == "CP1" and one.connector_id == 2
    ),
    '{"id_tag": "Card"}': lambda one: one.id_tag.lower() == "card",
    '{"id_tag": ""}': lambda one: not one.id_tag,
    '{"vehicle": "v1"}': lambda one: one.details.vehicle == "v1",
    '{"vehicle": ""}': lambda one: not one.details.vehicle,
    '{"payer": "employer"}': lambda one: one.details.payer == "employer",
    '{"payer": ""}': lambda one: one.details.payer in {None, "private"},
    '{"text": "ann"}': lambda one: one.id_tag.lower() == "card",
    '{"text": "YARD"}': lambda one: one.charge_point_id == "CP2",
    '{"text": "X1"}': lambda one: one.id_tag == "x1",
    '{"text": "%"}': lambda one: False,
}


@pytest.mark.parametrize("wanted", FILTERS)
async def test_the_database_counts_as_python_does(
    hub: Hub, browser: Browser, wanted: str
) -> None:
    everything = _random(7)
    await keep(hub, *everything)
    fitting = [
        one
        for one in everything
        if FILTERS[wanted](one) and not one.struck_out and not one.refused
    ]
    asked = json.loads(wanted)
    answer = await browser.ask("sessions", limit=500, **asked)
    assert answer["total"] == len(fitting)
    newest = sorted(fitting, key=lambda one: one.start, reverse=True)
    assert ids(answer) == [int(one.id) for one in newest]
    energies = [one.energy_wh or 0.0 for one in fitting]
    sums = answer["sums"]
    assert sums["sessions"] == len(fitting)
    assert sums["energy_kwh"] == pytest.approx(sum(energies) / 1000, abs=1e-3)
    suns = [one.details.sun_wh or 0.0 for one in fitting]
    assert sums["sun_kwh"] == pytest.approx(sum(suns) / 1000, abs=1e-3)
    known = [
        (one.details.sun_wh or 0.0) + (one.details.grid_wh or 0) for one in fitting
    ]
    assert sums["unknown_kwh"] == pytest.approx(
        sum(max(all_ - some, 0) for all_, some in zip(energies, known, strict=True))
        / 1000,
        abs=1e-3,
    )
    costs: dict[str, float] = {}
    for one in fitting:
        if one.cost is not None:
            key = one.details.currency or "EUR"
            costs[key] = costs.get(key, 0.0) + one.cost
    assert sums["cost"] == pytest.approx(costs, abs=1e-3)
    # Each way to divide them has the same whole.
    for groups in answer["by"].values():
        for name in SUMS:
            assert sum(one[name] for one in groups) == pytest.approx(
                sums[name], abs=0.02 * max(len(groups), 1)
            )
    assert {one["key"].lower() for one in answer["by"]["tag"]} == {
        one.id_tag.lower() for one in fitting
    }
    # So has each part of a bar.
    for kind in ("tag", "vehicle", "charger", "payer"):
        for group in answer["by"][kind]:
            parts = [
                parts[group["key"]]
                for one in answer["by"]["time"]
                if group["key"] in (parts := one["by"][kind])
            ]
            assert sum(one["energy_kwh"] for one in parts) == pytest.approx(
                group["energy_kwh"], abs=0.02 * len(parts)
            )
            for currency, cost in group["cost"].items():
                assert sum(
                    one["cost"].get(currency, 0.0) for one in parts
                ) == pytest.approx(cost, abs=0.02 * len(parts))


async def test_the_tag_of_remote_starts_is_home_assistants(
    hub: Hub, browser: Browser
) -> None:
    await keep(hub, past(id_tag=hub.own_tag))
    answer = await browser.ask("sessions")
    assert answer["sessions"][0]["tag_name"] == "Home Assistant"
    assert answer["by"]["tag"][0]["name"] == "Home Assistant"
    assert [one["name"] for one in answer["tags"]] == ["Home Assistant"]
    table = await browser.ask("sessions/csv", language="en")
    assert table["csv"].splitlines()[1].split(",")[5] == "Home Assistant"


async def test_a_place_has_one_name_wherever_it_is_shown(
    hass: HomeAssistant, hub: Hub, server_url: str, browser: Browser
) -> None:
    """A connector of several has its own name with it, a single one has none."""
    await keep(
        hub,
        past(1),
        past(2, charge_point_id="CP2"),
        past(3, charge_point_id="CP2", connector_id=2),
        past(4, charge_point_id="CP2", connector_id=0),
        past(5, charge_point_id="GONE"),
        past(6, charge_point_id="GONE", connector_id=2),
    )

    async def names() -> dict[str, str]:
        answer = await browser.ask("sessions", order="oldest")
        return {
            str(one["transaction_id"]): one["place_name"] for one in answer["sessions"]
        }

    assert await names() == {
        "1": "Garage",
        "2": "Yard · Connector 1",
        "3": "Yard · Connector 2",
        "4": "Yard",
        "5": "GONE",
        "6": "GONE · 2",
    }
    yard = next(one for one in hub.chargers.values() if one.name == "Yard")
    registry = dr.async_get(hass)
    for number, name in ((1, "Left"), (2, "Yard by the wall")):
        registry.async_update_child_device(
            yard.connector_device_id(number), name_by_user=name
        )
    named = await names()
    assert [named["2"], named["3"]] == ["Yard · Left", "Yard by the wall"]
    await browser.ask("live")
    event = await browser.event()
    (server,) = event["servers"]
    told = {one["device_id"]: one["place_name"] for one in server["connectors"]}
    for number in (1, 2):
        assert told[yard.connector_device_id(number)] == named[str(number + 1)]


@pytest.mark.parametrize("order", ["newest", "oldest", "energy", "cost"])
async def test_pages_fit_together(
    hass: HomeAssistant, hub: Hub, server_url: str, browser: Browser, order: str
) -> None:
    await keep(hub, *_random(3))
    async with Wallbox(server_url, "CP2", connectors=2) as yard:
        await yard.begin(hass, hub)
        running = [
            await yard.start(1, meter=7000, id_tag="OTHER"),
            await yard.start(2, meter=7000, id_tag="CARD"),
        ]
        whole = await browser.ask("sessions", order=order, limit=500)
        assert whole["total"] == len(whole["sessions"]) > 80
        assert set(running) <= set(ids(whole))
        if order == "newest":
            assert set(ids(whole)[:2]) == set(running)
        if order == "energy":
            energies = [one["energy_kwh"] for one in whole["sessions"]]
            known = [one for one in energies if one is not None]
            assert known == sorted(known, reverse=True)
            assert set(energies[len(known) :]) == {None}
        for size in (7, 50):
            pages: list[int | str] = []
            for offset in range(0, whole["total"] + size, size):
                answer = await browser.ask(
                    "sessions", order=order, offset=offset, limit=size
                )
                assert answer["sums"]["sessions"] == whole["total"]
                pages += ids(answer)
            assert pages == ids(whole)


async def test_running_ones_count_with_what_they_have(
    hass: HomeAssistant, hub: Hub, server_url: str, browser: Browser
) -> None:
    async with Wallbox(server_url) as wallbox:
        await wallbox.begin(hass, hub)
        number = await wallbox.start(meter=1000, id_tag="CARD")
        await wallbox.values(
            {"Energy.Active.Import.Register": 1002}, transaction_id=number
        )
        answer = await browser.ask("sessions", id_tag="card")
        (one,) = answer["sessions"]
        assert one["transaction_id"] == number
        assert one["end"] is None
        assert one["energy_kwh"] == pytest.approx(0.002)
        assert one["meter_stop_kwh"] is None
        assert answer["sums"]["energy_kwh"] == pytest.approx(0.002)
        assert answer["by"]["tag"][0]["sessions"] == 1
        for other in (
            {"id_tag": "other"},
            {"charge_point_id": "CP2"},
            {"vehicle": "guest"},
            {"connector_id": 2},
            {"end": NOON.isoformat()},
            {"text": "yard"},
        ):
            assert (await browser.ask("sessions", **other))["total"] == 0, other
        assert (await browser.ask("sessions", text="gara"))["total"] == 1


async def test_struck_out_ones_are_listed_but_not_counted(
    hub: Hub, browser: Browser
) -> None:
    await keep(hub, past(1), past(2, NOON + HOUR, struck_out=True))
    assert ids(await browser.ask("sessions")) == [1]
    answer = await browser.ask("sessions", struck_out=True)
    assert ids(answer) == [2, 1]
    assert answer["total"] == 2
    assert answer["sums"]["sessions"] == 1
    assert answer["sums"]["energy_kwh"] == 5.0


async def test_who_is_no_administrator(
    hass: HomeAssistant, hub: Hub, browser: Browser, browse: Browse
) -> None:
    await keep(
        hub,
        past(1),
        past(2, NOON + HOUR, charge_point_id="CP2", id_tag="SECRET"),
        past(3, NOON + 2 * HOUR, charge_point_id="GONE", id_tag="Card"),
    )
    someone = await browse(ALL)
    answer = await someone.ask("sessions")
    # The names are told, but no id of a tag, which could be copied.
    assert "CARD" not in str(answer).upper()
    assert "SECRET" not in str(answer)
    assert answer["total"] == 3
    first, second, third = answer["sessions"]
    assert (first["tag_name"], second["tag_name"]) == ("Anna", None)
    assert first["id_tag"] == third["id_tag"] != second["id_tag"]
    assert {one["id_tag"] for one in answer["tags"]} == {
        first["id_tag"],
        second["id_tag"],
    }
    for handle, found in ((first["id_tag"], [3, 1]), (second["id_tag"], [2])):
        assert ids(await someone.ask("sessions", id_tag=handle)) == found
    # Nor can anybody try which ones there are.
    for tag in ("CARD", "SECRET", "#00000000"):
        assert (await someone.ask("sessions", id_tag=tag))["total"] == 0
    assert (await someone.ask("sessions", text="secr"))["total"] == 0
    assert (await browser.ask("sessions", text="secr"))["total"] == 1
    status = entity_id(hass, "sensor", "CP1/1/status")
    registered = er.async_get(hass).async_get(status)
    assert registered is not None
    few = await browse(
        {"entities": {"device_ids": {registered.device_id: {"read": True}}}}
    )
    answer = await few.ask("sessions")
    assert ids(answer) == [1]
    assert answer["sums"]["sessions"] == 1
    assert len(answer["tags"]) == 1
    assert (await few.ask("sessions", charge_point_id="CP2"))["total"] == 0
    none = await browse({"entities": {"entity_ids": {status: {"read": True}}}})
    answer = await none.ask("sessions")
    assert (answer["total"], answer["first"], answer["tags"]) == (0, None, [])


async def test_two_servers_as_one(
    hass: HomeAssistant,
    hub: Hub,
    browser: Browser,
    unused_tcp_port_factory: Callable[[], int],
) -> None:
    other = make_entry(
        unused_tcp_port_factory(), charger_subentry("FAR", "Far", connectors=1)
    )
    far = await setup(hass, other)
    await keep(hub, *(past(seq, NOON + seq * HOUR) for seq in (1, 3, 5)))
    await keep(
        far,
        *(past(seq, NOON + seq * HOUR, charge_point_id="FAR") for seq in (2, 4, 6)),
    )
    answer = await browser.ask("sessions")
    assert ids(answer) == [6, 5, 4, 3, 2, 1]
    assert {one["entry_id"] for one in answer["sessions"]} == {
        other.entry_id,
        hub._entry.entry_id,
    }
    assert answer["sums"]["sessions"] == 6
    assert [one["key"] for one in answer["by"]["charger"]] == ["CP1", "FAR"]
    assert len(answer["tags"]) == 1
    assert ids(await browser.ask("sessions", offset=2, limit=3)) == [4, 3, 2]
    assert ids(await browser.ask("sessions", entry_id=other.entry_id)) == [6, 4, 2]
    await hass.config_entries.async_unload(other.entry_id)
    assert ids(await browser.ask("sessions")) == [5, 3, 1]


async def test_disk_that_fails(
    hub: Hub, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep(hub, past(1))
    storage = hub._storage

    def fails(*_args: Any) -> Any:
        raise OSError("no disk")

    monkeypatch.setattr(storage, "_do", fails)
    await keep(hub, past(2, NOON + HOUR))
    answer = await browser.ask("sessions")
    # What is not on the disk is what is known.
    assert ids(answer) == [2]
    assert answer["sums"]["energy_kwh"] == 5.0


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": 501},
        {"limit": -1},
        {"offset": -1},
        {"start": "yesterday"},
        {"start": "0001-01-01T00:00:00+14:00"},
        {"start": "9998-10-01T00:00:00Z", "end": "9999-12-31T10:00:00Z"},
        {"end": "9999-12-31T23:59:59-12:00"},
        {"order": "colour"},
        {"connector_id": "one"},
        {"text": "x" * 101},
        {"weather": "fine"},
    ],
)
async def test_what_makes_no_sense(browser: Browser, asked: dict[str, Any]) -> None:
    answer = await browser.answer("sessions", **asked)
    assert answer["success"] is False
    assert answer["error"]["code"] == "invalid_format"


async def test_questions_do_not_break_the_books(hub: Hub) -> None:
    """A wrong question is no damage: the file stays where it is."""
    await keep(hub, past(1))
    with pytest.raises(Exception, match="no such column"):
        await hub.sessions.async_ask(
            lambda connection: connection.execute("SELECT colour")
        )
    (one,) = await hub.sessions.async_find(SessionFilter())
    assert one == past(1)

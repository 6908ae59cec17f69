"""The books of the sessions, asked by actions; and what sessions cost."""

from collections.abc import Awaitable, Callable
import csv
from datetime import UTC, datetime, timedelta
import io
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from yarl import URL

from custom_components.ocpp_cs.const import CONF_CONNECTORS, DOMAIN
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.prices.units import price_of
from custom_components.ocpp_cs.sessions.export import ExportedSession, as_csv
from tests.integration.conftest import charger_subentry, id_tag_subentry
from tests.integration.helpers.entities import Wallbox

OCTOBER = datetime(2026, 10, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

type Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def subentries() -> list[Any]:
    return [
        charger_subentry("CP1", "Garage", **{CONF_CONNECTORS: 1}),
        charger_subentry("CP2", "=Yard", **{CONF_CONNECTORS: 2}),
        id_tag_subentry("card", "@Anna"),
    ]


@pytest.fixture
def options() -> dict[str, Any]:
    # The cards that are not entered may charge as well.
    return {"price": 0.30, "tag_policy": "every"}


@pytest.fixture
async def ask(hass: HomeAssistant, hub: Hub) -> Ask:
    """Return a function that runs an action of the books."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    await hass.config.async_update(currency="EUR")

    async def run(action: str = "get_sessions", **data: Any) -> dict[str, Any]:
        answer: dict[str, Any] = await hass.services.async_call(
            DOMAIN, action, data, blocking=True, return_response=True
        )
        return answer

    return run


@pytest.fixture
async def charged(hass: HomeAssistant, hub: Hub, server_url: str) -> list[int]:
    """Charge four times; return the ids."""
    ids = []
    async with Wallbox(server_url) as one:
        await one.begin(hass, hub)
        for day, id_tag in ((0, "CARD"), (1, "card"), (12, "OTHER")):
            begin = OCTOBER + timedelta(days=day)
            number = await one.start(
                meter=1000, id_tag=id_tag, timestamp=begin.isoformat()
            )
            await one.stop(
                number,
                meter=3500,
                reason="EVDisconnected",
                timestamp=(begin + HOUR).isoformat(),
            )
            ids.append(number)
    async with Wallbox(server_url, "CP2", connectors=2) as two:
        await two.begin(hass, hub)
        ids.append(
            await two.start(
                2,
                meter=7000,
                id_tag="+1",
                timestamp=(OCTOBER + timedelta(days=13)).isoformat(),
            )
        )
    await hass.async_block_till_done()
    return ids


def device(hass: HomeAssistant, entry: MockConfigEntry, identifier: str) -> str:
    """Return the id of a device."""
    registry, key = dr.async_get(hass), (DOMAIN, identifier)
    found = registry.async_get_device_by_identifier(
        key, entry.entry_id
    ) or registry.async_get_child_device_by_identifier(key, entry.entry_id)
    assert found is not None
    return found.id


NO_DETAILS: dict[str, Any] = dict.fromkeys(
    (
        "sun_wh",
        "grid_wh",
        "sun_share",
        "vehicle",
        "vehicle_name",
        "soc_start",
        "soc_end",
        "payer",
        "discharged_wh",
        "discharged_value",
    )
) | {"backends": []}
"""What nobody measures, of no vehicle, and told to no backend."""


async def test_all_sessions(ask: Ask, charged: list[int]) -> None:
    sessions = (await ask())["sessions"]
    assert [one["transaction_id"] for one in sessions] == charged
    assert sessions[0] == {
        "charge_point_id": "CP1",
        "charger_name": "Garage",
        "id_tag_name": "@Anna",
        "connector_id": 1,
        "transaction_id": charged[0],
        "id_tag": "CARD",
        "start": "2026-10-20T14:00:00+02:00",
        "end": "2026-10-20T15:00:00+02:00",
        "meter_start_wh": 1000.0,
        "meter_stop_wh": 3500.0,
        "energy_wh": 2500.0,
        "reason": "ev_disconnected",
        "cost": 0.75,
        "total_cost": 0.75,
        "continues": None,
        "currency": "EUR",
        "average_price": 0.3,
        **NO_DETAILS,
    }
    assert sessions[3] == {
        "charge_point_id": "CP2",
        "charger_name": "=Yard",
        "id_tag_name": None,
        "connector_id": 2,
        "transaction_id": charged[3],
        "id_tag": "+1",
        "start": "2026-11-02T13:00:00+01:00",
        "end": None,
        "meter_start_wh": 7000.0,
        "meter_stop_wh": None,
        # So far.
        "energy_wh": 0.0,
        "reason": None,
        "cost": None,
        "total_cost": None,
        "continues": None,
        "currency": None,
        "average_price": None,
        **NO_DETAILS,
    }


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"id_tag": "Card"}, [0, 1]),
        ({"id_tag": "nobody"}, []),
        ({"start": "2026-10-21"}, [1, 2, 3]),
        # Without an offset it is Home Assistant's time.
        ({"start": "2026-10-20 14:59:59", "end": "2026-10-20 15:00:00"}, [0]),
        ({"start": "2026-10-20T15:00:00", "end": "2026-11-01"}, [1]),
        ({"start": "2026-10-20T13:00:00+00:00"}, [1, 2, 3]),
        ({"end": "2026-10-20T12:00:00+00:00"}, []),
        ({"start": "2030-01-01"}, [3]),
    ],
)
async def test_some_sessions(
    ask: Ask, charged: list[int], data: dict[str, str], found: list[int]
) -> None:
    sessions = (await ask(**data))["sessions"]
    assert [one["transaction_id"] for one in sessions] == [
        charged[one] for one in found
    ]


@pytest.mark.parametrize(
    ("identifier", "found"),
    [("CP1", [0, 1, 2]), ("CP2", [3]), ("CP2/1", []), ("CP2/2", [3])],
)
async def test_sessions_of_a_device(
    hass: HomeAssistant,
    ask: Ask,
    charged: list[int],
    setup_integration: MockConfigEntry,
    identifier: str,
    found: list[int],
) -> None:
    device_id = device(hass, setup_integration, identifier)
    sessions = (await ask(device_id=device_id))["sessions"]
    assert [one["transaction_id"] for one in sessions] == [
        charged[one] for one in found
    ]


@pytest.mark.parametrize(
    ("data", "key", "field"),
    [
        ({"start": "yesterday"}, "field_not_time", "start"),
        ({"end": 7}, "field_not_time", "end"),
        ({"id_tag": ""}, "field_not_text", "id_tag"),
        ({"device_id": ["a", "b"]}, "field_not_device", "device_id"),
        ({"filename": "a"}, "field_unknown", "filename"),
    ],
)
async def test_a_bad_field_is_named(
    ask: Ask, data: dict[str, Any], key: str, field: str
) -> None:
    with pytest.raises(ServiceValidationError) as err:
        await ask(**data)
    assert err.value.translation_key == key
    assert err.value.translation_placeholders["field"] == field


async def test_sessions_outlive_a_restart_and_their_charger(
    hass: HomeAssistant,
    ask: Ask,
    charged: list[int],
    setup_integration: MockConfigEntry,
) -> None:
    for subentry_id in list(setup_integration.subentries):
        hass.config_entries.async_remove_subentry(setup_integration, subentry_id)
    await hass.async_block_till_done()
    assert await hass.config_entries.async_reload(setup_integration.entry_id)
    sessions = (await ask())["sessions"]
    assert [one["transaction_id"] for one in sessions] == charged
    # Nobody would tell of its end any more.
    assert sessions[3]["end"] is not None
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    assert await ask() == {"sessions": []}


async def test_what_a_session_that_runs_has_come_to_is_known(
    hass: HomeAssistant, hub: Hub, ask: Ask, server_url: str
) -> None:
    """Its names as well, and its tag is spelled alike wherever it stands."""
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        begin = dt_util.utcnow() - HOUR
        number = await box.start(
            meter=1000, id_tag="HomeAssistant", timestamp=begin.isoformat()
        )
        await box.call(
            "MeterValues",
            {
                "connectorId": 1,
                "transactionId": number,
                "meterValue": [
                    {
                        "timestamp": dt_util.utcnow().isoformat(),
                        "sampledValue": [{"value": "3500"}],
                    }
                ],
            },
        )
        (session,) = (await ask())["sessions"]
        assert session["end"] is session["reason"] is session["meter_stop_wh"] is None
        assert (session["energy_wh"], session["cost"]) == (2500, 0.75)
        assert (session["charger_name"], session["id_tag_name"]) == ("Garage", None)
        assert session["start"].endswith(("+01:00", "+02:00"))
        await box.stop(number, meter=3500, timestamp=dt_util.utcnow().isoformat())
        answer = await ask("export_sessions")
        (total,) = answer["totals"]["id_tags"]
        assert total["id_tag"] == session["id_tag"] == "HomeAssistant"


@pytest.mark.parametrize("action", ["get_sessions", "export_sessions"])
async def test_an_end_before_the_start_is_refused(ask: Ask, action: str) -> None:
    with pytest.raises(ServiceValidationError) as err:
        await ask(action, start="2026-05-02 00:00", end="2026-05-01 00:00")
    assert err.value.translation_key == "field_order"


def measured(cost: float) -> dict[str, Any]:
    """Return the sums where nobody measures the sun."""
    costs = {"EUR": cost}
    return {
        "sun_wh": 0,
        "grid_wh": 0,
        "costs": costs,
        "discharged_wh": 0,
        "total_costs": costs,
    }


async def test_a_table_in_english(ask: Ask, charged: list[int]) -> None:
    answer = await ask("export_sessions")
    rows = list(csv.reader(io.StringIO(answer["csv"])))
    assert rows[0][:2] == ["Charger", "Charge point id"]
    assert rows[0][12] == "Cost (EUR)"
    assert rows[1] == [
        "Garage",
        "CP1",
        "1",
        str(charged[0]),
        "CARD",
        "'@Anna",
        "2026-10-20 14:00:00",
        "2026-10-20 15:00:00",
        "1:00:00",
        "1.000",
        "3.500",
        "2.500",
        "0.75",
        "Vehicle disconnected",
        *("EUR", "", "", "", "0.3000", *[""] * 6),
    ]
    # No formula, whatever a charger sends and a user calls it.
    assert rows[4] == [
        "'=Yard",
        "CP2",
        "2",
        str(charged[3]),
        "'+1",
        "",
        "2026-11-02 13:00:00",
        *("", "", "7.000", "", "0.000", "", "", *[""] * 11),
    ]
    assert not {"path", "url"} & answer.keys()
    assert answer["totals"] == {
        "id_tags": [
            {
                "id_tag": "CARD",
                "name": "@Anna",
                "sessions": 2,
                "energy_wh": 5000.0,
                "cost": 1.5,
                **measured(1.5),
            },
            {
                "id_tag": "OTHER",
                "name": None,
                "sessions": 1,
                "energy_wh": 2500.0,
                "cost": 0.75,
                **measured(0.75),
            },
        ],
        "vehicles": [
            {
                "vehicle": None,
                "name": None,
                "sessions": 3,
                "energy_wh": 7500.0,
                "cost": 2.25,
                **measured(2.25),
            }
        ],
        "chargers": [
            {
                "charge_point_id": "CP1",
                "name": "Garage",
                "sessions": 3,
                "energy_wh": 7500.0,
                "cost": 2.25,
                **measured(2.25),
            }
        ],
        "payers": [
            {"payer": None, "sessions": 3, "energy_wh": 7500.0, "cost": 2.25}
            | measured(2.25)
        ],
        "months": [
            {"month": "2026-10", "sessions": 2, "energy_wh": 5000.0, "cost": 1.5}
            | measured(1.5),
            {"month": "2026-11", "sessions": 1, "energy_wh": 2500.0, "cost": 0.75}
            | measured(0.75),
        ],
    }


@pytest.mark.parametrize(
    ("text", "is_formula"),
    [
        *((f"{begin}1+1", True) for begin in "=+-@\t\r\n\0\x1b\u200b\ufeff\u2028"),
        *((f"{begin}1+1", True) for begin in "＝＋－＠−﹢﹣﹦﹫"),
        *((f"{begin}=1+1", True) for begin in ("\n", "\r\n", "\u200b\u200b", "\ufeff")),
        *(
            (text, False)
            for text in ("", "Garage", "1+1=2", "'=1", " =1", "Ä-1", "(=)")
        ),
    ],
)
def test_no_spreadsheet_takes_a_text_for_a_formula(text: str, is_formula: bool) -> None:
    session = ExportedSession(
        charger=text,
        tag=text,
        transaction=Transaction(
            id="1",
            seq=1,
            charge_point_id=text or "X",
            connector_id=1,
            id_tag=text,
            start=datetime(2026, 10, 20, tzinfo=UTC),
            reported_start=datetime(2026, 10, 20, tzinfo=UTC),
            meter_start_wh=0,
        ),
    )
    table = as_csv([session], language="en", currency="EUR")
    _, row = csv.reader(io.StringIO(table, newline=""))
    wanted = f"'{text}" if is_formula else text
    assert [row[number] for number in (0, 4, 5)] == [wanted] * 3


async def test_only_administrators_export(
    hass: HomeAssistant,
    ask: Ask,
    charged: list[int],
    hass_client: ClientSessionGenerator,
    hass_read_only_user: MockUser,
    hass_read_only_access_token: str,
) -> None:
    """Others see sessions as they see states; automations have no user."""
    answer = await ask("export_sessions", filename="October")

    async def run(action: str, **data: Any) -> None:
        await hass.services.async_call(
            DOMAIN,
            action,
            data,
            blocking=True,
            return_response=True,
            context=Context(user_id=hass_read_only_user.id),
        )

    await run("get_sessions")
    with pytest.raises(Unauthorized):
        await run("export_sessions", filename="mine")
    assert not Path(hass.config.path("ocpp_cs", "mine.csv")).exists()
    reader = await hass_client(hass_read_only_access_token)
    url = URL(answer["url"]).relative()
    assert (await reader.get(url.with_query(None))).status == 401


async def test_a_file_in_german(
    hass: HomeAssistant, ask: Ask, charged: list[int]
) -> None:
    await hass.config.async_update(language="de")
    for _ in range(2):
        answer = await ask("export_sessions", filename="Oktober (1)", id_tag="card")
    path = Path(hass.config.path("ocpp_cs", "Oktober (1).csv"))
    assert answer["path"] == str(path)
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfWallbox;Charge-Point-ID;Ladepunkt;")
    assert content.decode("utf-8-sig") == answer["csv"]
    rows = list(csv.reader(io.StringIO(answer["csv"]), delimiter=";"))
    assert len(rows) == 3
    assert rows[1][11:14] == ["2,500", "0,75", "Fahrzeug abgesteckt"]
    assert rows[1][14:19] == ["EUR", "", "", "", "0,3000"]
    assert [one.name for one in path.parent.iterdir()] == ["Oktober (1).csv"]
    # The answer need not be asked for.
    await hass.services.async_call(
        DOMAIN, "export_sessions", {"filename": "b.csv"}, blocking=True
    )
    assert path.with_name("b.csv").exists()


async def test_a_file_is_downloaded(
    hass: HomeAssistant,
    ask: Ask,
    charged: list[int],
    hass_client: ClientSessionGenerator,
    hass_client_no_auth: ClientSessionGenerator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """From the address in the answer for a day, and for users who are logged in."""
    answer = await ask("export_sessions", filename="October (1)")
    assert "/api/ocpp_cs/files/October%20(1).csv?" in answer["url"]
    await hass.config.async_update(internal_url="http://192.168.0.2:8123")
    answer = await ask("export_sessions", filename="October (1)")
    assert answer["url"].startswith("http://192.168.0.2:8123/api/ocpp_cs/files/")
    url = URL(answer["url"]).relative()
    stranger, user = await hass_client_no_auth(), await hass_client()
    for client, address in ((stranger, url), (user, url.with_query(None))):
        response = await client.get(address)
        assert response.status == 200
        assert (await response.read()).decode("utf-8-sig") == answer["csv"]
        assert response.headers["Content-Disposition"] == (
            'attachment; filename="October (1).csv"'
        )
    assert (await stranger.get(url.with_query(None))).status == 401
    for path in ("configuration.yaml", "ocpp_cs/.hidden"):
        Path(hass.config.path(path)).write_text("secret")
    for name in ("September.csv", ".hidden", "..%2fconfiguration.yaml", "%2e%2e"):
        address = URL(f"{url.with_name('')}{name}", encoded=True)
        assert (await user.get(address)).status in {400, 404}
    freezer.tick(timedelta(days=1, minutes=1))
    assert (await stranger.get(url)).status == 401


@pytest.mark.parametrize(
    "name",
    ["../a.csv", "a/b.csv", "/etc/a.csv", ".a.csv", "a\\b", "", "a\nb", 7, "a\0"],
)
async def test_no_file_elsewhere(
    hass: HomeAssistant, ask: Ask, name: str | int
) -> None:
    with pytest.raises(ServiceValidationError) as err:
        await ask("export_sessions", filename=name)
    assert err.value.translation_key == "field_not_file_name"
    assert not Path(hass.config.path("ocpp_cs")).exists()


async def test_a_file_that_cannot_be_written(hass: HomeAssistant, ask: Ask) -> None:
    Path(hass.config.path("ocpp_cs")).write_text("in the way")
    with pytest.raises(HomeAssistantError) as err:
        await ask("export_sessions", filename="a")
    assert err.value.translation_key == "file_not_written"


async def test_an_unknown_stop_has_no_start(
    hass: HomeAssistant, hub: Hub, server_url: str, ask: Ask
) -> None:
    async with Wallbox(server_url, "CP2", connectors=2) as box:
        await box.begin(hass, hub)
        await box.stop(4711, meter=5000, timestamp=OCTOBER.isoformat())
    (session,) = (await ask())["sessions"]
    assert (session["transaction_id"], session["connector_id"]) == (4711, None)
    assert (session["start"], session["energy_wh"], session["cost"]) == (None,) * 3
    assert session["end"] == "2026-10-20T14:00:00+02:00"


# What it costs.


@pytest.mark.parametrize("options", [{"price": 0.1, "price_entity": "sensor.price"}])
async def test_each_part_costs_what_it_cost_at_its_time(
    hass: HomeAssistant, hub: Hub, server_url: str, ask: Ask
) -> None:
    def price(value: str, unit: str = "ct/kWh") -> None:
        hass.states.async_set("sensor.price", value, {"unit_of_measurement": unit})

    energy = "Energy.Active.Import.Register"
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        number = await box.start(meter=0)
        await box.values({energy: 0.0}, transaction_id=number)
        price("30")
        await box.values({energy: 1000.0}, transaction_id=number)
        price("unavailable")
        await box.values({energy: 2000.0}, transaction_id=number)
        price("0.10", "EUR/kWh")
        await box.values({energy: 3000.0}, transaction_id=number)
        # Negative prices exist.
        price("-5")
        await box.stop(number, meter=4000)
    (session,) = (await ask())["sessions"]
    assert session["cost"] == pytest.approx(0.30 + 0.30 + 0.10 - 0.05)


@pytest.mark.parametrize("options", [{}])
async def test_without_a_price_there_are_no_costs(ask: Ask, charged: list[int]) -> None:
    assert {one["cost"] for one in (await ask())["sessions"]} == {None}
    totals = (await ask("export_sessions"))["totals"]
    assert totals["months"][0]["cost"] is None


@pytest.mark.parametrize(
    ("state", "unit", "price"),
    [
        ("0.3", None, 0.3),
        ("0.3", "EUR/kWh", 0.3),
        ("0.3", "€ / kWh", 0.3),
        ("30", "ct/kWh", 0.3),
        ("30", "Cent/kWh", 0.3),
        ("300", "EUR/MWh", 0.3),
        ("0.0003", "EUR/Wh", 0.3),
        ("unknown", "EUR/kWh", None),
        ("nan", "EUR/kWh", None),
        ("inf", "EUR/kWh", None),
    ],
)
async def test_prices_in_all_units(
    hass: HomeAssistant, state: str, unit: str | None, price: float | None
) -> None:
    hass.states.async_set(
        "sensor.price", state, {"unit_of_measurement": unit} if unit else {}
    )
    found = hass.states.get("sensor.price")
    assert found is not None
    assert price_of(found) == (None if price is None else pytest.approx(price))

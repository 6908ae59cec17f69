"""Id tags: entered or learnt, changed and removed while chargers are connected."""

from datetime import timedelta
from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from websockets.exceptions import ConnectionClosed

from custom_components.ocpp_cs.const import SUBENTRY_CHARGER, SUBENTRY_ID_TAG
from custom_components.ocpp_cs.csms.model.tags import Tag
from custom_components.ocpp_cs.flows import tag as tag_flow
from custom_components.ocpp_cs.hub import Hub
from tests.csms.client import Client
from tests.integration.conftest import (
    AddCharger,
    charger_subentry,
    id_tag_subentry,
    setup,
    wait_for,
)
from tests.integration.helpers.entities import Wallbox
from tests.integration.helpers.reconfigure import open_settings


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage"), charger_subentry("CP2", "Yard")]


def tags(entry: MockConfigEntry) -> list[ConfigSubentry]:
    """Return the tags of a server."""
    return entry.get_subentries_of_type(SUBENTRY_ID_TAG)


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Open the form for another tag."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_ID_TAG), context={"source": SOURCE_USER}
    )


async def reconfigure(
    hass: HomeAssistant, entry: MockConfigEntry, subentry: ConfigSubentry
) -> Any:
    """Open the form for a subentry that is there."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, subentry.subentry_type),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry.subentry_id},
    )


async def answer(hass: HomeAssistant, result: Any, **fields: Any) -> Any:
    """Submit a form."""
    result = await hass.config_entries.subentries.async_configure(
        result["flow_id"], fields
    )
    await hass.async_block_till_done()
    return result


async def choose(hass: HomeAssistant, result: Any, option: str) -> Any:
    """Choose from a menu."""
    assert result["type"] is FlowResultType.MENU
    assert option in result["menu_options"]
    return await answer(hass, result, next_step_id=option)


async def form(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Open the form for another tag, to be entered by hand."""
    result = await choose(hass, await start(hass, entry), "tag")
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] in ("tag", "first_tag")
    return result


def suggested(result: Any) -> dict[str, Any]:
    """Return what stands in a form already."""
    return {
        str(key): key.description["suggested_value"]
        for key in result["data_schema"].schema
        if key.description and "suggested_value" in key.description
    }


async def status(box: Client, id_tag: str) -> str:
    """Return what a charger is told of a card."""
    answered = await box.call("Authorize", {"idTag": id_tag})
    told: str = answered["idTagInfo"]["status"]
    return told


# Entering.


async def test_a_tag_is_entered(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub
) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    result = await form(hass, setup_integration)
    assert result["data_schema"]({"name": "A", "id_tag": "B"}) == {
        "name": "A",
        "id_tag": "B",
        "max_sessions": 1,
        "blocked": False,
        "other_cards": "every",
    }
    options = result["data_schema"].schema["chargers"].config["options"]
    assert options == [
        {"value": "CP1", "label": "Garage"},
        {"value": "CP2", "label": "Yard"},
    ]
    result = await answer(
        hass,
        result,
        name=" Anna ",
        id_tag=" 04A2b3 ",
        valid_until="2030-07-01 12:00:00",
        parent_id_tag=" Family ",
        chargers=["CP1"],
        max_sessions=2,
        blocked=False,
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = tags(setup_integration)
    assert subentry.title == "Anna"
    assert subentry.unique_id == "id_tag 04a2b3"
    assert subentry.data == {
        "id_tag": "04A2b3",
        "valid_until": "2030-07-01T10:00:00+00:00",
        "parent_id_tag": "Family",
        "chargers": ["CP1"],
        "max_sessions": 2,
        "blocked": False,
    }
    known = hub.id_tags.authorizer.known("04A2B3")
    assert known is not None
    assert known.name == "Anna"
    assert known.charge_points == {"CP1"}
    assert known.max_sessions == 2


async def test_what_is_wrong_with_a_tag_is_said(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    result = await form(hass, setup_integration)
    # A blank name becomes the id, a blank group is none.
    result = await answer(hass, result, name=" ", id_tag="Card", parent_id_tag=" ")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = tags(setup_integration)
    assert subentry.title == "Card"
    assert "parent_id_tag" not in subentry.data

    result = await form(hass, setup_integration)
    for id_tag, problem in (
        (" ", "invalid_id_tag"),
        ("x" * 256, "invalid_id_tag"),
        ("a\tb", "invalid_id_tag"),
        (" cARD ", "already_configured"),
    ):
        result = await answer(hass, result, name="Ben", id_tag=id_tag)
        assert result["type"] is FlowResultType.FORM
        assert result["errors"] == {"id_tag": problem}
        assert suggested(result)["name"] == "Ben"
    result = await answer(hass, result, name="Ben", id_tag="B", parent_id_tag="x" * 21)
    assert result["errors"] == {"parent_id_tag": "invalid_group"}
    for field, value in (
        ("valid_until", "tomorrow"),
        ("chargers", ["CP9"]),
    ):
        with pytest.raises(InvalidData):
            await answer(hass, result, name="Ben", id_tag="B", **{field: value})
    result = await answer(hass, result, name="Ben", id_tag="B", max_sessions=-1)
    assert result["errors"] == {"max_sessions": "number_range"}
    result = await answer(hass, result, name="Ben", id_tag="x" * 255)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("others", "told", "policy"),
    [("every", "Accepted", "every"), ("known", "Invalid", None)],
)
async def test_the_form_of_the_first_tag_asks_about_all_other_cards(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: MockConfigEntry,
    others: str,
    told: str,
    policy: str | None,
) -> None:
    entry = setup_integration
    async with Wallbox(server_url, "CP1") as box:
        await box.begin(hass, hub)
        result = await form(hass, entry)
        assert result["step_id"] == "first_tag"
        # A mistake elsewhere in the form does not forget what was chosen.
        result = await answer(hass, result, name="Anna", id_tag="", other_cards=others)
        assert suggested(result)["other_cards"] == others
        result = await answer(hass, result, name="Anna", id_tag="A", other_cards=others)
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert "other_cards" not in result["data"]
        assert await status(box, "A") == "Accepted"
        assert await status(box, "X") == told
        assert entry.options.get("tag_policy") == policy
        # It is asked once.
        result = await form(hass, entry)
        assert result["step_id"] == "tag"
        assert "other_cards" not in result["data_schema"].schema


@pytest.mark.parametrize("options", [{"tag_policy": "known"}, {"tag_policy": "every"}])
async def test_who_has_decided_about_cards_is_not_asked(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    assert (await form(hass, setup_integration))["step_id"] == "tag"


async def test_two_forms_for_the_same_tag(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    """The other one was quicker."""
    one, two = [await form(hass, setup_integration) for _ in range(2)]
    await answer(hass, one, name="Anna", id_tag="A")
    result = await answer(hass, two, name="Ben", id_tag="a")
    assert result["errors"] == {"id_tag": "already_configured"}


@pytest.mark.parametrize(
    "subentries",
    [
        [
            "CP1",
            id_tag_subentry(
                "A",
                chargers=["CP1", "OLD"],
                parent_id_tag="F",
                valid_until="2030-07-01T10:00:00+00:00",
            ),
            id_tag_subentry("B", "Ben"),
        ]
    ],
)
async def test_a_tag_is_changed(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub
) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    subentry, _ = tags(setup_integration)
    result = await reconfigure(hass, setup_integration, subentry)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "reconfigure"
    shown = suggested(result)
    assert shown == {
        "name": "Anna",
        "id_tag": "A",
        "chargers": ["CP1", "OLD"],
        "parent_id_tag": "F",
        "valid_until": "2030-07-01 12:00:00",
    }
    # What is left as it is stays as it is, with a charger that was removed.
    result = await answer(hass, result, **shown)
    assert result["reason"] == "reconfigure_successful"
    assert subentry.data == {
        "id_tag": "A",
        "chargers": ["CP1", "OLD"],
        "parent_id_tag": "F",
        "valid_until": "2030-07-01T10:00:00+00:00",
        "max_sessions": 1,
        "blocked": False,
    }
    result = await reconfigure(hass, setup_integration, subentry)
    result = await answer(hass, result, name="Anna", id_tag="b")
    assert result["errors"] == {"id_tag": "already_configured"}
    assert suggested(result) == {
        "name": "Anna",
        "id_tag": "b",
        "max_sessions": 1,
        "blocked": False,
    }
    result = await answer(hass, result, name=" ", id_tag="c", blocked=True)
    assert result["type"] is FlowResultType.ABORT
    assert subentry.title == "Anna"
    assert subentry.unique_id == "id_tag c"
    assert subentry.data == {"id_tag": "c", "max_sessions": 1, "blocked": True}
    result = await reconfigure(hass, setup_integration, subentry)
    assert suggested(result) == {"name": "Anna", **subentry.data}
    authorizer = hub.id_tags.authorizer
    assert authorizer.known("A") is None
    assert authorizer.authorize("CP1", Tag("C")).status == "blocked"


# What chargers are told.


@pytest.mark.parametrize(
    "subentries",
    [["CP1", "CP2", id_tag_subentry("A", chargers=["CP2"], parent_id_tag="F")]],
)
async def test_chargers_are_told(
    hass: HomeAssistant, hub: Hub, server_url: str, setup_integration: MockConfigEntry
) -> None:
    async with Wallbox(server_url, "CP1") as one, Wallbox(server_url, "CP2") as two:
        await one.begin(hass, hub)
        await two.begin(hass, hub)
        assert await status(one, "A") == "Invalid"
        assert await two.call("Authorize", {"idTag": "a"}) == {
            "idTagInfo": {"status": "Accepted", "parentIdTag": "F"}
        }
        number = await two.start(id_tag="a")
        answered = await two.call(
            "StopTransaction",
            {
                "transactionId": number,
                "idTag": "A",
                "meterStop": 2000,
                "timestamp": "2030-01-01T00:00:00Z",
            },
        )
        assert answered == {"idTagInfo": {"status": "Accepted", "parentIdTag": "F"}}
        assert one.websocket.state is two.websocket.state


async def test_changes_take_effect_at_once(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: MockConfigEntry,
) -> None:
    """And no charger notices."""
    entry, flows = setup_integration, hass.config_entries
    async with Wallbox(server_url, "CP1") as box:
        charge_point = await box.begin(hass, hub)
        calls = len(box.received)
        assert await status(box, "X") == "Accepted"

        given = {"name": "Anna", "id_tag": "A", "other_cards": "known"}
        await answer(hass, await form(hass, entry), **given)
        assert [await status(box, one) for one in ("X", "a")] == ["Invalid", "Accepted"]

        (subentry,) = tags(entry)
        until = dt_util.utcnow() + timedelta(days=1)
        for data, told in (
            ({"blocked": True}, {"status": "Blocked"}),
            ({"valid_until": "2020-01-01T00:00:00Z"}, {"status": "Expired"}),
            ({"valid_until": until.isoformat()}, {"status": "Accepted"}),
            ({"parent_id_tag": "F"}, {"status": "Accepted", "parentIdTag": "F"}),
            ({"chargers": ["CP2"]}, {"status": "Invalid"}),
        ):
            flows.async_update_subentry(entry, subentry, data={"id_tag": "A"} | data)
            await hass.async_block_till_done()
            answered = await box.call("Authorize", {"idTag": "A"})
            if "valid_until" in data:
                expires = dt_util.parse_datetime(
                    answered["idTagInfo"].pop("expiryDate")
                )
                wanted = dt_util.parse_datetime(data["valid_until"])
                assert expires == wanted.replace(microsecond=0)
            assert answered == {"idTagInfo": told}

        # The policy of the server, and that of the charger, which goes before it.
        result = await flows.options.async_init(entry.entry_id)
        await flows.options.async_configure(
            result["flow_id"], {"next_step_id": "general"}
        )
        await flows.options.async_configure(result["flow_id"], {"tag_policy": "every"})
        await hass.async_block_till_done()
        assert [await status(box, one) for one in ("X", "A")] == ["Accepted", "Invalid"]
        garage, _ = entry.get_subentries_of_type(SUBENTRY_CHARGER)
        for policy, told in (
            ("known", "Invalid"),
            ("every", "Accepted"),
            ("server", "Accepted"),
        ):
            result = await open_settings(hass, entry, garage)
            result = await answer(
                hass, result, name="Garage", settings={"tag_policy": policy}
            )
            assert result["reason"] == "reconfigure_successful"
            assert garage.data["tag_policy"] == policy
            assert await status(box, "X") == told

        flows.async_remove_subentry(entry, subentry.subentry_id)
        flows.async_update_entry(entry, options={})
        await hass.async_block_till_done()
        assert await status(box, "A") == "Accepted"
        assert charge_point.connections == 1
        assert len(box.received) == calls
        assert entry.runtime_data is hub


@pytest.mark.parametrize(
    "subentries",
    [["CP1", "CP2", id_tag_subentry("A"), id_tag_subentry("B", blocked=True)]],
)
async def test_a_session_with_a_bad_tag_is_booked(
    hass: HomeAssistant, hub: Hub, server_url: str, setup_integration: MockConfigEntry
) -> None:
    """The charger stops it by itself, or does not (4.8): what flows is counted."""
    async with Wallbox(server_url, "CP1", connectors=2) as box:
        charge_point = await box.begin(hass, hub)
        told = []
        for connector, id_tag in ((1, "B"), (1, "X"), (1, "A"), (2, "a")):
            payload = {
                "connectorId": connector,
                "idTag": id_tag,
                "meterStart": 1000,
                "timestamp": dt_util.utcnow().isoformat(),
            }
            answered = await box.call("StartTransaction", payload)
            told.append(answered["idTagInfo"]["status"])
            transaction = charge_point.ledger.latest("CP1", connector)
            assert transaction is not None
            assert transaction.id == str(answered["transactionId"])
            assert (transaction.id_tag, transaction.end) == (id_tag, None)
            assert transaction.refused is (told[-1] != "Accepted")
            # It is no session before something flows.
            shown = charge_point.connector(connector).transaction
            assert shown is (None if transaction.refused else transaction)
            # A charger that sends it again gets the same answer.
            assert await box.call("StartTransaction", payload) == answered
        assert told == ["Blocked", "Invalid", "Accepted", "ConcurrentTx"]


@pytest.mark.parametrize("subentries", [["CP1", id_tag_subentry("A")]])
async def test_a_card_that_is_blocked_between_two_messages(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
) -> None:
    """What was right when the card was shown may be wrong at the start (4.8)."""
    one = await charger("CP1")
    assert await one.present_card("A") == "Accepted"
    (subentry,) = tags(setup_integration)
    hass.config_entries.async_update_subentry(
        setup_integration, subentry, data={"id_tag": "A", "blocked": True}
    )
    await hass.async_block_till_done()
    await one.plug()
    charge_point = hub.central_system.charge_points["CP1"]
    latest = await wait_for(
        hass,
        lambda: (now := charge_point.ledger.latest("CP1", 1)) and now.end and now,
    )
    assert (latest.id_tag, latest.reason) == ("A", "de_authorized")
    assert (latest.refused, charge_point.connector(1).latest_transaction) == (
        True,
        None,
    )
    assert await one.present_card("A") == "Blocked"


# Learning a card.


async def learn(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Begin to wait for a card."""
    result = await start(hass, entry)
    assert result["step_id"] == "user"
    result = await choose(hass, result, "learn")
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    assert result["step_id"] == result["progress_action"] == "learn"
    assert result["description_placeholders"] == {"seconds": "60"}
    return result


async def go_on(hass: HomeAssistant, result: Any) -> Any:
    """Return what is shown once the wait is over, as the frontend would ask for it."""
    flow = hass.config_entries.subentries
    await wait_for(
        hass,
        lambda: flow.async_get(result["flow_id"])["step_id"] != "learn",
    )
    return await flow.async_configure(result["flow_id"])


async def test_a_card_is_learnt_from_a_charger(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
) -> None:
    await charger("CP1")
    other = await charger("CP2")
    result = await learn(hass, setup_integration)
    # Asked again, the form still waits.
    again = await hass.config_entries.subentries.async_configure(result["flow_id"])
    assert again["type"] is FlowResultType.SHOW_PROGRESS
    assert await other.present_card("04A2B3") == "Accepted"
    result = await go_on(hass, result)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] in ("tag", "first_tag")
    assert result["errors"] == {}
    assert suggested(result) == {"id_tag": "04A2B3"}
    result = await answer(hass, result, name="Anna", id_tag="04A2B3")
    assert result["type"] is FlowResultType.CREATE_ENTRY

    # One that is refused can be learnt, too; one that is there is not another.
    for id_tag, errors in (
        ("04C4", {}),
        ("04a2b3", {"id_tag": "already_configured"}),
    ):
        result = await learn(hass, setup_integration)
        await other.present_card(id_tag)
        result = await go_on(hass, result)
        assert suggested(result) == {"id_tag": id_tag.upper()}
        assert result["errors"] == errors
        hass.config_entries.subentries.async_abort(result["flow_id"])


async def test_what_is_no_card_is_not_learnt(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with Wallbox(server_url, "CP1") as box:
        charge_point = await box.begin(hass, hub)
        result = await learn(hass, setup_integration)
        for id_tag in ("", "x" * 256, "a\tb", "HomeAssistant"):
            await status(box, id_tag)
        await hass.async_block_till_done()
        flow = hass.config_entries.subentries.async_get(result["flow_id"])
        assert flow["step_id"] == "learn"
        assert "ERROR" not in caplog.text
        # The second one comes too late, however close it is.
        for id_tag in ("A", "B"):
            charge_point.emit(
                "authorization",
                {
                    "id_tag": id_tag,
                    "name": None,
                    "own": False,
                    "status": "accepted",
                    "connector_id": None,
                },
            )
        result = await go_on(hass, result)
        assert suggested(result) == {"id_tag": "A"}
        assert "ERROR" not in caplog.text


async def test_no_card_comes(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = await start(hass, setup_integration)
    monkeypatch.setattr(tag_flow, "LEARN_SECONDS", 0.01)
    result = await choose(hass, result, "learn")
    result = await go_on(hass, result)
    assert result["step_id"] == "no_card"
    assert not hub.id_tags._waiting
    # Once more, and then by hand.
    result = await choose(hass, result, "learn")
    result = await go_on(hass, result)
    result = await choose(hass, result, "tag")
    assert result["step_id"] in ("tag", "first_tag")
    assert suggested(result) == {}


async def test_a_form_that_is_closed_waits_no_more(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub
) -> None:
    result = await learn(hass, setup_integration)
    await wait_for(hass, lambda: hub.id_tags._waiting)
    hass.config_entries.subentries.async_abort(result["flow_id"])
    await wait_for(hass, lambda: not hub.id_tags._waiting)


async def test_the_server_stops_while_a_card_is_waited_for(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub
) -> None:
    entry = setup_integration
    menu = await start(hass, entry)
    waiting = await learn(hass, entry)
    await wait_for(hass, lambda: hub.id_tags._waiting)
    assert await hass.config_entries.async_unload(entry.entry_id)
    result = await go_on(hass, waiting)
    assert result["step_id"] == "no_card"
    assert not hub.id_tags._waiting
    # Without a server nobody hears of cards.
    result = await choose(hass, result, "learn")
    assert result["step_id"] == "no_card"
    result = await choose(hass, menu, "learn")
    assert result["step_id"] == "no_card"
    result = await start(hass, entry)
    assert result["step_id"] in ("tag", "first_tag")
    result = await answer(hass, result, name="Anna", id_tag="A")
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_charger_that_was_removed_is_followed_no_more(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, server_url: str
) -> None:
    entry = setup_integration
    async with Wallbox(server_url, "CP1") as box:
        await box.begin(hass, hub)
        subentry, _ = entry.get_subentries_of_type(SUBENTRY_CHARGER)
        hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
        await hass.async_block_till_done()
        with pytest.raises(ConnectionClosed):
            await status(box, "A")


async def test_tags_are_known_from_the_start(hass: HomeAssistant, port: int) -> None:
    entry = MockConfigEntry(
        domain="ocpp_cs",
        data={"host": "127.0.0.1", "port": port},
        options={"tag_policy": "nonsense"},
        subentries_data=[id_tag_subentry("A"), charger_subentry("CP1")],
    )
    hub = await setup(hass, entry)
    authorizer = hub.id_tags.authorizer
    assert authorizer.authorize("CP1", Tag("a")).status == "accepted"
    # What cannot be is as if it was not set.
    assert authorizer.authorize("CP1", Tag("b")).status == "invalid"
    assert await hass.config_entries.async_unload(entry.entry_id)

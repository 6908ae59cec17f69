"""The version of OCPP of a charger: its setting, the repair, and a restart."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.csms.model.errors import ForeignTransactionError
from custom_components.ocpp_cs.csms.model.quirks import VersionChoice
from custom_components.ocpp_cs.exceptions import translated
from custom_components.ocpp_cs.hub import Hub
from tests.csms.client import Client
from tests.csms.test_central_system import CONFIGURATION
from tests.csms.v2.station import device_model, value
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.reconfigure import open_settings
from tests.integration.helpers.repairs import raised, said, shown

pytestmark = pytest.mark.usefixtures("socket_enabled")

BOTH = ("ocpp1.6", "ocpp2.0.1")


@pytest.fixture(name="subentries")
def fixture_subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage", connectors=1)]


class Either(Client):
    """A charger that speaks both versions."""

    def __init__(self, url: str, *offered: str) -> None:
        """Offer these."""
        super().__init__(
            f"{url}CP1",
            answers={
                "GetConfiguration": CONFIGURATION,
                "GetBaseReport": {"status": "NotSupported"},
            },
            subprotocols=offered,
        )
        self.model = device_model()

    async def begin(self, hass: HomeAssistant, hub: Hub) -> None:
        """Boot in the version that was agreed on, and wait for the set-up."""
        charge_point = hub.central_system.charge_points["CP1"]
        if self.websocket.subprotocol == "ocpp1.6":
            await self.boot()
        else:
            await self.call(
                "BootNotification",
                {
                    "reason": "PowerUp",
                    "chargingStation": {"vendorName": "Acme", "model": "One"},
                },
            )
        await wait_for(hass, lambda: charge_point.ready)

    async def event(self, kind: str, seq: int) -> None:
        """Send a TransactionEvent."""
        now = "2026-11-30T10:00:00Z"
        await self.call(
            "TransactionEvent",
            {
                "eventType": kind,
                "timestamp": now,
                "triggerReason": "Authorized",
                "seqNo": seq,
                "transactionInfo": {
                    "transactionId": "a-text",
                    "chargingState": "Charging",
                },
                "evse": {"id": 1, "connectorId": 1},
                "idToken": {"idToken": "CARD", "type": "ISO14443"},
                "meterValue": [{"timestamp": now, "sampledValue": [value(1000)]}],
            },
        )


async def choose(hass: HomeAssistant, entry: MockConfigEntry, version: str) -> None:
    """Choose a version in the form of the charger."""
    (subentry,) = entry.subentries.values()
    form = await open_settings(hass, entry, subentry)
    shown_form = form["data_schema"]({"name": "Garage", "settings": {}, "solar": {}})
    result = await hass.config_entries.subentries.async_configure(
        form["flow_id"],
        {
            "name": "Garage",
            "settings": shown_form["settings"] | {"version": version},
        },
    )
    assert result["reason"] == "reconfigure_successful", result
    await hass.async_block_till_done()


async def test_the_setting_decides(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
) -> None:
    charge_point = hub.central_system.charge_points["CP1"]
    async with Either(server_url, *BOTH) as charger:
        await charger.begin(hass, hub)
        assert charge_point.protocol == "ocpp1.6"
        await choose(hass, setup_integration, "v2_0_1")
        assert charge_point.settings.version is VersionChoice.V2_0_1
        await charger.websocket.wait_closed()
    await wait_for(hass, lambda: not charge_point.connected)
    async with Either(server_url, *BOTH) as charger:
        await charger.begin(hass, hub)
        assert charge_point.protocol == "ocpp2.0.1"
        assert shown(hass) == []
    (subentry,) = setup_integration.subentries.values()
    assert subentry.data["version"] == "v2_0_1"


@pytest.mark.parametrize(
    "subentries", [[charger_subentry("CP1", "Garage", version="v2_0_1")]]
)
async def test_a_version_that_is_not_offered_is_told(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
) -> None:
    """The charger is served all the same."""
    async with Either(server_url, "ocpp1.6") as charger:
        await charger.begin(hass, hub)
        issue = await raised(hass, "version_not_offered")
        assert said(issue) | {"name": ""} == {
            "name": "",
            "version": "2.0.1",
            "offered": "ocpp1.6",
            "spoken": "ocpp1.6",
        }
    # It goes when it offers it, or when nothing is chosen any more.
    async with Either(server_url, *BOTH) as charger:
        await charger.begin(hass, hub)
        await wait_for(hass, lambda: shown(hass) == [])
    charge_point = hub.central_system.charge_points["CP1"]
    await wait_for(hass, lambda: not charge_point.connected)
    async with Either(server_url, "ocpp1.6") as charger:
        await charger.begin(hass, hub)
        await raised(hass, "version_not_offered")
        await choose(hass, setup_integration, "automatic")
        await wait_for(hass, lambda: shown(hass) == [])


@pytest.mark.parametrize(
    "subentries", [[charger_subentry("CP1", "Garage", version="v9_9")]]
)
async def test_a_version_of_a_later_release_is_none(hub: Hub) -> None:
    charge_point = hub.central_system.charge_points["CP1"]
    assert charge_point.settings.version is VersionChoice.AUTOMATIC


async def test_after_a_restart_a_probe_is_none_still(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
) -> None:
    """What was spoken before is remembered."""
    async with Either(server_url, "ocpp2.0.1") as charger:
        await charger.begin(hass, hub)
    await hass.config_entries.async_reload(setup_integration.entry_id)
    hub = setup_integration.runtime_data
    charge_point = hub.central_system.charge_points["CP1"]
    assert charge_point.protocol == "ocpp2.0.1"
    async with Either(server_url, "ocpp1.6"):
        await asyncio.sleep(0.3)
        assert charge_point.connections == 0
    async with Either(server_url, "ocpp2.0.1") as charger:
        await charger.begin(hass, hub)
        assert charge_point.connections == 1


async def test_a_session_over_a_change_of_the_version(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
) -> None:
    """It stays in the books; it cannot be stopped over 1.6, and that is told."""
    charge_point = hub.central_system.charge_points["CP1"]
    async with Either(server_url, "ocpp2.0.1") as charger:
        await charger.begin(hass, hub)
        await charger.event("Started", 0)
        connector = charge_point.connectors[1]
        assert connector.transaction is not None
    async with Either(server_url, "ocpp1.6") as charger:
        await charger.begin(hass, hub)
        running = connector.transaction
        assert running is not None and running.id == "a-text"
        with pytest.raises(ForeignTransactionError) as error:
            await charge_point.commands.stop_transaction(connector_id=1)
        told = translated(error.value, "Garage")
        assert told.translation_key == "transaction_of_other_version"
        assert told.translation_placeholders is not None
        assert told.translation_placeholders["transaction_id"] == "a-text"
        assert not [one for one in charger.received if one[0].startswith("RemoteStop")]
    async with Either(server_url, "ocpp2.0.1") as charger:
        await charger.begin(hass, hub)
        await charger.event("Ended", 1)
        assert connector.transaction is None
    (kept,) = charge_point.ledger.at_hand("CP1")
    assert kept.end is not None

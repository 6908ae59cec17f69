"""What chargers are told of each kind of tag, in each message that asks."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import charger_subentry, id_tag_subentry
from tests.integration.helpers.entities import Wallbox, now

LATER = dt_util.utcnow().replace(microsecond=0) + timedelta(days=1)
BEFORE = LATER - timedelta(days=2)


def written(moment: Any) -> str:
    return str(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))


GOOD = {
    "status": "Accepted",
    "expiryDate": written(LATER),
    "parentIdTag": "FAMILY",
}


@pytest.fixture
def subentries() -> list[Any]:
    known = {"parent_id_tag": "FAMILY", "valid_until": LATER.isoformat()}
    return [
        charger_subentry("CP1", connectors=2),
        charger_subentry("CP2"),
        id_tag_subentry("GOOD", **known),
        id_tag_subentry("TWICE", **known, max_sessions=2),
        id_tag_subentry("BLOCKED", **known, blocked=True),
        id_tag_subentry("EXPIRED", **known | {"valid_until": BEFORE.isoformat()}),
        id_tag_subentry("ELSEWHERE", **known, chargers=["CP2"]),
    ]


@pytest.mark.parametrize(
    ("id_tag", "told"),
    [
        ("good", GOOD),
        ("BLOCKED", GOOD | {"status": "Blocked"}),
        ("Expired", GOOD | {"status": "Expired", "expiryDate": written(BEFORE)}),
        ("ELSEWHERE", {"status": "Invalid"}),
        ("STRANGER", {"status": "Invalid"}),
        ("HomeAssistant", {"status": "Accepted"}),
    ],
)
async def test_each_message_is_answered_alike(
    hass: HomeAssistant, hub: Hub, server_url: str, id_tag: str, told: dict[str, str]
) -> None:
    """Authorize, StartTransaction and StopTransaction (4.1, 4.8, 4.10)."""
    async with Wallbox(server_url, connectors=2) as box:
        await box.begin(hass, hub)
        answer = await box.call("Authorize", {"idTag": id_tag})
        assert answer == {"idTagInfo": told}
        started = {
            "connectorId": 1,
            "idTag": id_tag,
            "meterStart": 1000,
            "timestamp": now(),
        }
        answer = await box.call("StartTransaction", started)
        assert answer["idTagInfo"] == told
        stopped = {
            "transactionId": answer["transactionId"],
            "meterStop": 1000,
            "timestamp": now(),
        }
        # Who stops it without a tag is told of none.
        assert await box.call("StopTransaction", stopped) == {}
        answer = await box.call("StopTransaction", stopped | {"idTag": id_tag})
        assert answer == {"idTagInfo": told}


async def test_one_too_many_is_told_where_it_starts(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    """ConcurrentTx is an answer to StartTransaction only (7.2)."""
    async with (
        Wallbox(server_url, connectors=2) as box,
        Wallbox(server_url, "CP2") as other,
    ):
        await box.begin(hass, hub)
        await other.begin(hass, hub)

        async def start(one: Wallbox, connector: int, id_tag: str) -> tuple[str, int]:
            answer = await one.call(
                "StartTransaction",
                {
                    "connectorId": connector,
                    "idTag": id_tag,
                    "meterStart": 1000,
                    "timestamp": now(),
                },
            )
            assert answer["idTagInfo"] == GOOD | {
                "status": answer["idTagInfo"]["status"]
            }
            return answer["idTagInfo"]["status"], answer["transactionId"]

        first = await start(box, 1, "TWICE")
        assert first[0] == "Accepted"
        assert (await start(other, 1, "twice"))[0] == "Accepted"
        third = await start(box, 2, "Twice")
        assert third[0] == "ConcurrentTx"
        for id_tag in ("TWICE", "GOOD"):
            answer = await box.call("Authorize", {"idTag": id_tag})
            assert answer["idTagInfo"]["status"] == "Accepted"
        for number in (first[1], third[1]):
            answer = await box.call(
                "StopTransaction",
                {
                    "transactionId": number,
                    "idTag": "TWICE",
                    "meterStop": 1100,
                    "timestamp": now(),
                },
            )
            assert answer["idTagInfo"]["status"] == "Accepted"
        assert (await start(box, 2, "TWICE"))[0] == "Accepted"

"""The HTTP API v2 of the go-e, asked over real HTTP."""

from collections.abc import AsyncIterator
import json
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from simulator import Car, GoE
from tests.simulator.central import Central
from tests.simulator.helpers import FAST


class Api:
    """A client of one charger's HTTP API."""

    def __init__(self, charger: GoE, session: aiohttp.ClientSession) -> None:
        self.charger = charger
        self._session = session

    async def get(self, path: str) -> tuple[int, str]:
        assert self.charger.http is not None
        async with self._session.get(self.charger.http.url + path) as answer:
            return answer.status, await answer.text()

    async def status(self, names: str | None = None) -> dict[str, Any]:
        code, text = await self.get(
            "/api/status" + ("" if names is None else f"?filter={names}")
        )
        assert code == 200
        return dict(json.loads(text))

    async def set(self, **keys: str) -> tuple[int, dict[str, Any]]:
        query = "&".join(f"{name}={quote(raw)}" for name, raw in keys.items())
        code, text = await self.get(f"/api/set?{query}")
        return code, dict(json.loads(text))


@pytest.fixture
async def fresh() -> AsyncIterator[Api]:
    """A charger as it leaves the factory, with the HTTP API on."""
    options: dict[str, Any] = FAST | {"reboot_seconds": 0.01}
    async with (
        aiohttp.ClientSession() as session,
        GoE("", "237512", http_port=0, **options) as charger,
    ):
        assert charger.http is not None
        charger.http.logic_seconds = 0
        yield Api(charger, session)


async def test_status(fresh: Api) -> None:
    values = await fresh.status("sse,typ,fwv,var,fna,oem,hai,ocppe,ocppu,nonsense")
    assert values == {
        "sse": "237512",
        "typ": "go-eCharger_V4",
        "fwv": "59.4",
        "var": 11,
        "fna": "go-eCharger 237512",
        "oem": "go-e",
        "hai": True,
        "ocppe": False,
        "ocppu": "",
    }
    everything = await fresh.status()
    assert len(everything) > 80
    assert everything["car"] == 1
    assert everything["ocppcs"] == 0
    assert len(everything["nrg"]) == 16
    assert await fresh.status('["sse","fwv"]') == {"sse": "237512", "fwv": "59.4"}
    # The requested current is not a text, the access of a key is.
    assert "rst" not in everything
    assert everything["ocppck"] is False


async def test_unknown_keys_of_a_pro(fresh: Api) -> None:
    assert fresh.charger.http is not None
    fresh.charger.http.strict_filter = True
    code, text = await fresh.get("/api/status?filter=sse,nonsense")
    assert (code, json.loads(text)) == (400, {"sse": "237512"})
    assert (await fresh.get("/api/status?filter=sse"))[0] == 200
    assert (await fresh.get("/api/status"))[0] == 400


async def test_switched_off_and_busy(fresh: Api) -> None:
    assert fresh.charger.http is not None
    fresh.charger.http.busy = True
    code, text = await fresh.get("/api/status")
    assert code == 500
    assert text == "couldn't take api lock in 3s, please try again later"
    fresh.charger.http.busy = False
    for path in ("/", "/status", "/api/other"):
        assert await fresh.get(path) == (404, "This URI does not exist")
    assert await fresh.set(hai="false") == (200, {"hai": True})
    assert await fresh.get("/api/status") == (404, "This URI does not exist")


@pytest.mark.parametrize(
    ("key", "raw", "answer"),
    [
        # Captured on real chargers: issues 4, 153 and 274 of go-eCharger-API-v2.
        (
            "ocppu",
            "ws://192.168.0.28:8030/ocpp",
            (
                "ocppu: tried to set api key with invalid json InvalidInput "
                "(ws://192.168.0.28:8030/ocpp)"
            ),
        ),
        ("amp", "-1", "amp: failed: value must be uint8_t (-1)"),
        ("amp", "0", "amp: failed: Value 0 exceeds range 6 to 32 (0)"),
        ("amp", "null", "amp: failed: null not allowed (null)"),
        ("alw", "true", "alw: tried to set api key without setter (true)"),
        # In the same manner.
        ("amp", '"16"', 'amp: failed: value must be uint8_t ("16")'),
        ("ocppe", "1", "ocppe: failed: value must be bool (1)"),
        ("ocppd", "7", "ocppd: failed: value must be string (7)"),
        ("ids", "7", "ids: failed: value must be null or JsonObject (7)"),
        ("amp", "", "amp: tried to set api key with invalid json EmptyInput ()"),
        ("nonsense", "1", "nonsense: tried to set unknown api key (1)"),
        ("osr", "true", "osr: tried to set unknown api key (true)"),
    ],
)
async def test_refusals(fresh: Api, key: str, raw: str, answer: str) -> None:
    before = fresh.charger.api.values.copy()
    assert await fresh.set(**{key: raw}) == (500, {key: answer})
    assert fresh.charger.api.values == before


async def test_the_others_of_a_refused_call_are_applied(fresh: Api) -> None:
    code, answer = await fresh.set(frc="0", amp="99", lmo="3", ocpph="120")
    assert code == 500
    assert answer == {
        "frc": True,
        "amp": "amp: failed: Value 99 exceeds range 6 to 32 (99)",
        "lmo": True,
        "ocpph": True,
    }
    assert (await fresh.status("ocpph,amp")) == {"ocpph": 120, "amp": 16}
    assert fresh.charger.configuration["HeartbeatInterval"].value == "120"
    assert await fresh.set(ids='{"pGrid":-5000,"pPv":1,"pAkku":0}') == (
        200,
        {"ids": True},
    )
    assert await fresh.set(ocppck='"PEM"') == (200, {"ocppck": True})
    assert await fresh.status("ocppck") == {"ocppck": True}


async def test_set_up_connects_at_once(fresh: Api, central: Central) -> None:
    charger = fresh.charger
    url = f"{central.url}/237512"
    assert not charger.connected
    code, answer = await fresh.set(ocppu=f'"{url}"', ocppe="true")
    assert (code, answer) == (200, {"ocppu": True, "ocppe": True})
    await charger.wait_accepted()
    await charger.wait_idle()
    assert central.paths == ["/ocpp/237512"]
    values = await fresh.status("ocppe,ocppu,ocpps,ocppc,ocppa,ocppca,ocppaa,ocpple")
    assert values["ocppca"] <= values["ocppaa"]
    del values["ocppca"], values["ocppaa"]
    assert values == {
        "ocppe": True,
        "ocppu": url,
        "ocpps": True,
        "ocppc": True,
        "ocppa": True,
        "ocpple": None,
    }
    # Another URL acts at once, too, without off and on; it is used verbatim.
    other = f"{central.url}/deep/er/237512/"
    await fresh.set(ocppu=f'"{other}"')
    await central.wait(lambda: len(central.paths) == 2)
    assert central.paths[1] == "/ocpp/deep/er/237512/"
    await charger.wait_accepted()
    await fresh.set(ocppe="false")
    await charger.wait_for(lambda: not charger.connected)
    assert await fresh.status("ocppc,ocppa,ocppca") == {
        "ocppc": False,
        "ocppa": False,
        "ocppca": None,
    }


async def test_a_session_before_ocpp_was_on_is_not_told(
    fresh: Api, central: Central
) -> None:
    charger = fresh.charger
    await charger.plug(1, Car())
    assert charger.connector(1).status == "Charging"
    await charger.unplug(1)
    await charger.plug(1, Car())
    assert charger.outbox.kept() == []
    await fresh.set(ocppu=f'"{central.url}/237512"', ocppe="true")
    await charger.wait_for(lambda: charger.connector(1).transaction_id is not None)
    # The one that still runs begins anew for the central system.
    assert len(central.of("StartTransaction")) == 1
    assert "StopTransaction" not in central.actions


async def test_last_error_shows_the_status_of_the_handshake(
    fresh: Api, central: Central
) -> None:
    central.status = 404
    # It does not try again by itself: no attempt must meet the end of the server.
    fresh.charger.link.backoff = (1e6, 1e6)
    await fresh.set(ocppu=f'"{central.url}/x"', ocppe="true")
    await fresh.charger.wait_for(lambda: fresh.charger.link.http_status == 404)
    values = await fresh.status("ocpple,ocpplea")
    assert "esp_ws_handshake_status_code=404" in values["ocpple"]
    assert values["ocpplea"] >= 0
    await central.stop()
    fresh.charger.link.go_online()
    await fresh.charger.wait_for(lambda: fresh.charger.link.http_status is None)
    assert "code=0" in (await fresh.status("ocpple"))["ocpple"]


async def test_charging_seen_and_steered_over_http(
    fresh: Api, central: Central
) -> None:
    charger = fresh.charger
    await fresh.set(ocppu=f'"{central.url}/237512"', ocppe="true", ocppd='"HOME"')
    await charger.wait_accepted()
    await charger.plug(1, Car())
    start = await central.expect("StartTransaction")
    assert start["idTag"] == "HOME"
    await charger.wait_idle()
    values = await fresh.status(
        "car,alw,acu,amp,nrg,ocppcs,ocppti,modelStatus,pha,fsp,trx,wh,eto"
    )
    assert values["car"] == 2
    assert values["alw"] is True
    assert values["acu"] == values["amp"] == 16
    assert values["nrg"][:4] == [230, 230, 230, 0]
    assert values["nrg"][11] == 11040
    assert values["ocppcs"] == 2
    assert values["ocppti"] == 101
    assert values["modelStatus"] == 15
    assert values["pha"] == [True] * 6
    for keys, amps, model in (
        ({"amp": "8"}, 8, 15),
        ({"frc": "1"}, 0, 4),
        ({"frc": "2"}, 8, 3),
        ({"frc": "0"}, 8, 15),
    ):
        assert (await fresh.set(**keys))[0] == 200
        assert charger.connector(1).offered_current == amps
        assert (await fresh.status("modelStatus"))["modelStatus"] == model
    await fresh.set(psm="1")
    await charger.wait_for(lambda: charger.connector(1).currents == (8, 0, 0))
    assert (await fresh.status("fsp"))["fsp"] is True
    await fresh.set(frc="1")
    await charger.unplug(1)
    await charger.wait_idle()
    values = await fresh.status("frc,car,trx,ocppti,ocppte,wh")
    # A forced state falls back to neutral when the car leaves.
    assert values["frc"] == 0
    assert (values["car"], values["trx"], values["ocppti"]) == (1, None, None)
    assert values["ocppte"] >= 0


async def test_authorized_without_a_card(fresh: Api, central: Central) -> None:
    charger = fresh.charger
    await fresh.set(ocppu=f'"{central.url}/237512"', ocppe="true", acs="1")
    await charger.wait_accepted()
    await charger.plug(1, Car())
    assert charger.connector(1).transaction is None
    assert (await fresh.status("car"))["car"] == 4
    await fresh.set(trx="0")
    assert charger.connector(1).transaction is not None


async def test_inoperative_and_faulted(fresh: Api) -> None:
    await fresh.set(ocppio="true")
    assert fresh.charger.connector(1).status == "Unavailable"
    assert await fresh.status("ocppio,modelStatus") == {
        "ocppio": True,
        "modelStatus": 37,
    }
    await fresh.set(ocppio="false")
    await fresh.charger.set_status(1, "Faulted")
    assert await fresh.status("car,ocppcs,modelStatus") == {
        "car": 5,
        "ocppcs": 8,
        "modelStatus": 26,
    }


async def test_reboot(fresh: Api) -> None:
    await fresh.charger.clock.sleep(20)
    before = await fresh.status("rbt,rbc")
    await fresh.set(rst="true")
    await fresh.charger.wait_for(lambda: fresh.charger.boot_count == 1)
    after = await fresh.status("rbt,rbc")
    assert after["rbc"] == before["rbc"] + 1
    assert after["rbt"] < before["rbt"]
    # Switched off it stays, whatever it restarts.
    assert not fresh.charger.link.wanted


async def test_only_get(fresh: Api) -> None:
    assert fresh.charger.http is not None
    async with (
        aiohttp.ClientSession() as session,
        session.post(fresh.charger.http.url + "/api/set?amp=16") as answer,
    ):
        assert answer.status == 404
    assert fresh.charger.http.requests == ["/api/set?amp=16"]

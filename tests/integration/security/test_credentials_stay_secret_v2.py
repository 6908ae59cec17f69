"""A password of OCPP 2.0.1, and the address with its secret, stand nowhere else."""

import logging
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from custom_components.ocpp_cs.hub import Hub
from tests.csms.v2.secure_station import SecureStation
from tests.csms.v2.station import variable
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.raising import (  # noqa: F401 - pytest looks for fixtures here
    charger_of,
    credential_of,
    encrypted,
    fixture_options,
    fixture_tls_port,
    quick,
)
from tests.integration.helpers.raising_v2 import Raised, fixture_raised, ready  # noqa: F401 - pytest looks for fixtures here
from tests.integration.helpers.security import levels_of

from .test_credentials_stay_secret import Witness, all_of_it, spellings


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


class Talkative(SecureStation):
    """A station that repeats its password wherever it can."""

    def _handlers(self) -> dict[str, Any]:
        handlers = super()._handlers()
        write, read = handlers["SetVariables"], handlers["GetVariables"]

        def repeated(payload: dict[str, Any]) -> dict[str, Any]:
            answer: dict[str, Any] = write(payload)
            for one, sent in zip(
                answer["setVariableResult"], payload["setVariableData"], strict=True
            ):
                one["attributeStatusInfo"] = {
                    "reasonCode": "Done",
                    "additionalInfo": f"have {sent['attributeValue']}",
                }
            return answer

        def told(payload: dict[str, Any]) -> dict[str, Any]:
            answer: dict[str, Any] = read(payload)
            for one in answer["getVariableResult"]:
                if one["variable"]["name"] == "BasicAuthPassword":
                    one |= {
                        "attributeStatus": "Accepted",
                        "attributeValue": self.password or "",
                    }
            return answer

        return {**handlers, "SetVariables": repeated, "GetVariables": told}

    def model(self) -> list[dict[str, Any]]:
        return [
            *super().model(),
            variable(
                "SecurityCtrlr",
                "BasicAuthPassword",
                self.password or "",
                mutability="WriteOnly",
            ),
            variable(
                "InternalCtrlr",
                "NetworkConnectionProfiles",
                f'[{{"basicAuthPassword": "{self.password or ""}"}}]',
            ),
        ]


async def test_nothing_shows_a_password(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
    raised: Raised,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for name in ("custom_components.ocpp_cs", "websockets.server"):
        caplog.set_level(logging.DEBUG, name)
    witness = Witness(hass)
    await encrypted(hass, hub)
    seen: dict[str, str] = {}
    secrets: dict[str, set[str]] = {}

    async def look(stage: str) -> None:
        await hass.async_block_till_done()
        for place, text in (await all_of_it(hass, setup_integration, witness)).items():
            seen[f"{place}, {stage}"] = text

    async with Talkative(server_url) as station:
        await ready(hass, hub)
        for level in (SecurityLevel.PASSWORD, SecurityLevel.TLS):
            assert (await raised(level))[0] is None
            await ready(hass, hub)
            await look(level.key)
        assert station.password is not None
        secrets["first"] = spellings(station.password)
        await levels_of(hub).async_new_password(charger_of(hub))
        secrets["second"] = spellings(station.password)
        await look("written")
        await wait_for(hass, lambda: credential_of(hub).pending_password is None)
        await ready(hass, hub)
        await charger_of(hub).charge_point.commands.read_settings(
            ["SecurityCtrlr.BasicAuthPassword"]
        )
        await look("read")
        assert not [
            one
            for one in charger_of(hub).charge_point.commands.settings()
            if one.value and station.password in one.value
        ]
    seen["log"] = "\n".join(
        f"{record.name}: {record.getMessage()} {record.exc_text or ''}"
        for record in caplog.records
        if record.name.startswith(("custom_components.ocpp_cs", "websockets.server"))
    )
    assert "SetNetworkProfile" in str(seen)
    leaks = [
        (secret, place)
        for secret, forms in secrets.items()
        for place, text in seen.items()
        if any(form in text for form in forms)
    ]
    assert not leaks, leaks

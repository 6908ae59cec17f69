"""Which services in the network are chargers of go-e."""

from typing import Any

import pytest

from custom_components.ocpp_cs.goe.discovery import Discovered, discovered

TYPE = "_http._tcp.local."


def txt(**properties: Any) -> dict[str, Any]:
    return {
        "serial": "237512",
        "manufacturer": "go-e",
        "devicetype": "go-eCharger_V4",
        "devicesubtype": "gemini",
        "friendly_name": "Garage",
    } | properties


def test_a_charger() -> None:
    found = discovered(f"go-echarger_237512.{TYPE}", txt())
    assert found == Discovered(serial="237512", model="go-eCharger_V4", name="Garage")


@pytest.mark.parametrize(
    ("name", "properties", "hostname", "serial"),
    [
        ("Garage", txt(), "", "237512"),
        ("go-eCharger_237512", {}, "", "237512"),
        ("go-echarger_V4_237512", {}, "", "237512"),
        ("Garage", {}, "go-echarger_012345.local.", "012345"),
        ("wattpilot_91022316", {}, "", "91022316"),
        (
            "x",
            txt(serial="91022316", manufacturer="Fronius", devicetype="wattpilot_V2"),
            "",
            "91022316",
        ),
        ("x", {"SERIAL": "237512", "DeviceType": "go-eCharger"}, "", "237512"),
        # To be asked for over HTTP.
        ("x", txt(serial="../etc"), "", None),
        ("x", txt(serial=None), "", None),
        ("x", txt(serial=237512), "", None),
        ("go-echarger_237512", txt(serial=""), "", "237512"),
    ],
)
def test_chargers(
    name: str, properties: dict[str, Any], hostname: str, serial: str | None
) -> None:
    found = discovered(f"{name}.{TYPE}", properties, hostname)
    assert found is not None
    assert found.serial == serial


@pytest.mark.parametrize(
    ("name", "properties"),
    [
        ("printer", {}),
        ("printer", {"manufacturer": "go-e"}),
        ("go-e_controller_123456", {}),
        ("go-echarger_237512", txt(devicetype="controller")),
        ("x", txt(manufacturer="Shelly")),
        ("my-go-echarger_237512", {}),
        ("go-echarger", {}),
        ("go-echarger_1", {}),
        ("", {"devicetype": b"go-eCharger"}),
    ],
)
def test_others(name: str, properties: dict[str, Any]) -> None:
    assert discovered(f"{name}.{TYPE}", properties) is None

"""What is read becomes typed: versions, generations, enums."""

import pytest

from custom_components.ocpp_cs.goe.enums import (
    AccessControl,
    ConnectorStatus,
    Fault,
    ForceState,
    Generation,
    ModelStatus,
    Suitability,
)
from custom_components.ocpp_cs.goe.model import (
    Controls,
    Firmware,
    GoEState,
    Identity,
    OcppState,
    generation,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("055.5", (55, 5)),
        ("59.4", (59, 4)),
        ("59.3-rc2", (59, 3)),
        ("56.11", (56, 11)),
        ("60", (60, 0)),
        ("v60.5.1", (60, 5)),
        ("", None),
        ("dev", None),
        ("9" * 400, None),
        ("٥٥.٥", None),
    ],
)
def test_versions(text: str, number: tuple[int, int] | None) -> None:
    assert Firmware.parse(text) == Firmware(text, number)


def test_versions_compare() -> None:
    assert Firmware.parse("56.11").at_least(56, 9)
    assert not Firmware.parse("055.5").at_least(55, 6)
    assert Firmware.parse("60.0").at_least(60)
    assert not Firmware.parse("?").at_least(0)


@pytest.mark.parametrize(
    ("firmware", "keys", "expected"),
    [
        ("053.3", True, Suitability.TOO_OLD),
        ("053.3", False, Suitability.TOO_OLD),
        ("054.0", True, Suitability.OLD),
        ("055.6", True, Suitability.OLD),
        ("055.7", True, Suitability.GOOD),
        ("60.5", True, Suitability.GOOD),
        ("60.5", False, Suitability.NO_OCPP),
        ("", True, Suitability.UNKNOWN),
        ("", False, Suitability.NO_OCPP),
    ],
)
def test_suitability(firmware: str, keys: bool, expected: Suitability) -> None:
    values = {"sse": "123456", "typ": "go-eCharger_V4", "fwv": firmware}
    state = GoEState.read(values | ({"ocppe": False, "ocppu": ""} if keys else {}))
    assert state is not None
    assert state.suitability is expected
    assert expected.usable == (expected not in ("too_old", "no_ocpp"))


@pytest.mark.parametrize(
    ("model", "maker", "expected"),
    [
        ("go-eCharger", "go-e", Generation.V3),
        ("go-eCharger_V4", "go-e", Generation.V4),
        ("go-eCharger_V5", None, Generation.V5),
        ("go-eCharger_Pro", "go-e", Generation.PRO),
        ("go-eCharger_Phoenix", "go-e", Generation.PHOENIX),
        ("wattpilot_V2", "fronius", Generation.WATTPILOT),
        ("wattpilot_flex", None, Generation.WATTPILOT),
        ("go-eCharger_V9", "go-e", Generation.UNKNOWN),
    ],
)
def test_generations(model: str, maker: str | None, expected: Generation) -> None:
    assert generation(model, maker) is expected


@pytest.mark.parametrize(("var", "amps"), [(11, 16), (22, 32), (7, None), (None, None)])
def test_what_it_is_built_for(var: object, amps: int | None) -> None:
    identity = Identity.read({"sse": "000123", "typ": "go-eCharger", "var": var})  # type: ignore[dict-item]
    assert identity is not None
    # Leading zeros are part of a serial number.
    assert identity.serial == "000123"
    assert identity.max_current == amps


def test_why_it_charges_or_not() -> None:
    numbers = {status.value for status in ModelStatus}
    assert numbers == {*range(42)} - {21, 25}
    assert ModelStatus.read(28) is ModelStatus.OCPP_DOESNT_WANT
    assert ModelStatus.OCPP_DOESNT_WANT.state == "ocpp_doesnt_want"


@pytest.mark.parametrize("number", [21, 42, -1, True, 2.0, "2", None, [2], {}])
def test_numbers_that_have_no_name(number: object) -> None:
    assert ModelStatus.read(number) is None


def test_settings_that_were_observed() -> None:
    """On a Wattpilot with a central system of its own (in the form of the FHEM dump)."""
    ocpp = OcppState.read(
        {
            "ocppe": True,
            "ocppc": True,
            "ocppa": True,
            "ocppca": 62056645,
            "ocppaa": 62057813,
            "ocppai": 0,
            "ocppcm": 0,
            "ocppcs": 3,
            "ocppd": "no-card",
            "ocppf": None,
            "ocpph": 14400,
            "ocppi": 60,
            "ocppio": False,
            "ocpple": None,
            "ocpplea": None,
            "ocppti": None,
            "ocppu": "ws://steve/steve/websocket/CentralSystemService/10000001",
        }
    )
    assert (ocpp.enabled, ocpp.connected, ocpp.accepted) == (True, True, True)
    assert (ocpp.connected_at, ocpp.accepted_at) == (62056645, 62057813)
    assert ocpp.connector_status is ConnectorStatus.SUSPENDED_EVSE
    assert ocpp.heartbeat_interval == 14400
    assert (ocpp.last_error, ocpp.fallback_current) == (None, None)
    assert ocpp.default_profiles == ()


def test_controls() -> None:
    controls = Controls.read(
        {
            "frc": 1,
            "acs": 2,
            "amp": 10,
            "dwo": 5000.5,
            "sch_week": {"control": 0},
            "sch_sund": {"control": 2, "ranges": []},
        }
    )
    assert controls.force_state is ForceState.OFF
    assert controls.access is AccessControl.EVCMS
    assert (controls.requested_current, controls.energy_limited) == (10, True)
    assert controls.scheduled
    assert not Controls.read({"dwo": None, "sch_week": "x"}).energy_limited
    assert not Controls.read({"sch_week": {"control": "2"}}).scheduled
    assert Fault.read(16) is Fault.OVERTEMP

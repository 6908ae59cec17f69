"""What a charge point can do, from its configuration keys."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.capabilities import Capabilities, Feature
from custom_components.ocpp_cs.csms.model.model import ConfigurationKey
from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from custom_components.ocpp_cs.csms.v16.capabilities import capabilities_of
from custom_components.ocpp_cs.csms.v16.configuration_keys import KeyQuirks
from tests.csms.test_central_system import World
from tests.csms.test_commands import settled

SAYS: list[tuple[str, str | None, str, Any]] = [
    ("NumberOfConnectors", "2", "connectors", 2),
    ("NumberOfConnectors", "two", "connectors", 0),
    ("NumberOfConnectors", "-1", "connectors", 0),
    ("SupportedFeatureProfiles", None, "features", None),
    ("SupportedFeatureProfiles", "", "features", frozenset()),
    (
        "supportedfeatureprofiles",
        "Core, Reservation;smartcharging",
        "features",
        {Feature.RESERVATION, Feature.SMART_CHARGING},
    ),
    ("MeterValuesSampledData", "Voltage,Nonsense", "measurements", {"voltage"}),
    ("MeterValueSampleInterval", "30", "sample_interval", 30),
    ("ConnectionTimeOut", "45.5", "connection_timeout", 45.5),
    ("ConnectionTimeOut", "", "connection_timeout", None),
    ("ConnectorPhaseRotation", "0.RST,1.RTS", "phase_rotation", "0.RST,1.RTS"),
    ("ChargingScheduleAllowedChargingRateUnit", "Current,Power", "units", {"a", "w"}),
    ("ChargingScheduleAllowedChargingRateUnit", '"A"', "units", {"a"}),
    ("ChargingScheduleAllowedChargingRateUnit", "Watt", "units", frozenset()),
    ("ChargeProfileMaxStackLevel", "8", "max_stack_level", 8),
    ("ChargeProfileMaxStackLevel", "9" * 400, "max_stack_level", None),
    ("ConnectionTimeOut", "nan", "connection_timeout", None),
    ("MaxChargingProfilesInstalled", "", "max_profiles", None),
    ("MaxChargingProfilesInstalled", "4294967296", "max_profiles", None),
    ("ChargingScheduleMaxPeriods", "24", "max_periods", 24),
    ("ConnectorSwitch3to1PhaseSupported", " TRUE", "switches_phases", True),
    ("ConnectorSwitch3to1PhaseSupported", "0", "switches_phases", False),
    ("ACPhaseSwitchingSupported", "true", "switches_phases", False),
    ("LocalAuthListEnabled", "1", "local_list_enabled", True),
    ("LocalAuthListEnabled", "yes", "local_list_enabled", None),
    ("LocalAuthListMaxLength", "100", "local_list_entries", 100),
    ("SendLocalListMaxLength", "many", "local_list_entries_at_once", None),
    ("SecurityProfile", "2", "security_level", SecurityLevel.TLS),
    ("securityprofile", " 0 ", "security_level", SecurityLevel.NONE),
    ("SecurityProfile", "4", "security_level", None),
    ("SecurityProfile", "", "security_level", None),
    ("AuthorizationKey", None, "lists_password", True),
    ("ReserveConnectorZeroSupported", "True", "reserves_any_connector", True),
]


def of(quirks: KeyQuirks, **values: str | None) -> Capabilities:
    """Return what a charge point can do that says this of its keys."""
    return capabilities_of(
        {
            key.lower(): ConfigurationKey(key=key, value=value, readonly=True)
            for key, value in values.items()
        },
        quirks,
    )


@pytest.mark.parametrize(("key", "value", "field", "expected"), SAYS)
def test_each_key(key: str, value: str | None, field: str, expected: Any) -> None:
    """It tells that, and nothing else."""
    told = of(KeyQuirks(), **{key: value})
    assert getattr(told, field) == expected
    differs = {
        name
        for name in Capabilities.__slots__
        if getattr(told, name) != getattr(Capabilities(), name)
    }
    assert differs <= {field}


def test_every_field_is_filled() -> None:
    # OCPP 1.6 tells units for all connectors together, and does not know the others.
    of_2 = {
        "evse_units",
        "dynamic_profiles",
        "offline_limits",
        "local_time",
        "limit_at_soc",
        "random_delay",
        "session_limits",
        "priority_profiles",
        "v2x",
        "tariffs",
        "shows_costs",
        "display",
        "keeps_session_profiles",
        "time_zone",
        "monitors",
    }
    found = {field for _, _, field, _ in SAYS}
    assert found == set(Capabilities.__slots__) - of_2


def test_some_have_another_key_for_phases() -> None:
    quirks = KeyQuirks(phase_switch_key="ACPhaseSwitchingSupported")
    assert of(quirks, ACPhaseSwitchingSupported="1").switches_phases
    assert not of(quirks, ConnectorSwitch3to1PhaseSupported="1").switches_phases


def test_a_feature_is_declared_lacking_or_neither() -> None:
    feature = Feature.RESERVATION
    for profiles, declares, lacks in (
        (None, False, False),
        ("Core", False, True),
        ("Core,Reservation", True, False),
    ):
        told = of(KeyQuirks(), SupportedFeatureProfiles=profiles)
        assert (told.declares(feature), told.lacks(feature)) == (declares, lacks)


@pytest.fixture(name="world")
async def fixture_world() -> AsyncIterator[World]:
    """Return a central system that listens."""
    world = World(MemoryStore())
    await world.start()
    yield world
    await world.central_system.stop()


async def test_they_are_replaced_when_they_are_read_again(world: World) -> None:
    """Whoever watches hears of it once, and only if something is different."""
    value = "3"
    async with world.client(
        GetConfiguration=lambda asked: {
            "configurationKey": [
                {"key": "NumberOfConnectors", "readonly": True, "value": "1"},
                {
                    "key": "ChargeProfileMaxStackLevel",
                    "readonly": True,
                    "value": value,
                },
            ]
        }
    ) as client:
        charge_point = (await settled(world, client)).charge_point
        before = charge_point.capabilities
        assert before == Capabilities(connectors=1, max_stack_level=3)
        heard: list[Capabilities] = []
        charge_point.watch(
            ("capabilities",), lambda: heard.append(charge_point.capabilities)
        )
        await charge_point.commands.get_configuration()
        charge_point.changes.flush()
        assert heard == []
        value = "5"
        await charge_point.commands.get_configuration()
        charge_point.changes.flush()
        assert heard == [Capabilities(connectors=1, max_stack_level=5)]
        assert before.max_stack_level == 3

"""What a station says of discharging vehicles, of itself and of its EVSEs (2.1)."""

from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.profile import OperationMode
from custom_components.ocpp_cs.csms.v2.charging.facts import SmartChargingFacts
from custom_components.ocpp_cs.csms.v2.device_model.inventory import Inventory
from custom_components.ocpp_cs.csms.v2.discharging.abilities import v2x_of
from tests.csms.v2.station import Json, variable

MODES = "ChargingOnly,CentralSetpoint,SomethingNew"


def inventory(*entries: Json) -> Inventory:
    """Return the variables that a station has reported."""
    told = Inventory()
    for one in entries:
        told.report(one)
    return told


def of_evse(number: int, name: str, value: str, **more: Any) -> Json:
    """Return a variable of an EVSE."""
    return variable("EVSE", name, value, evse={"id": number}, **more)


def test_each_evse_has_its_own_powers() -> None:
    told = inventory(
        variable("V2XChargingCtrlr", "SupportedOperationModes", MODES),
        variable(
            "V2XChargingCtrlr", "SupportedEnergyTransferModes", "AC_BPT", evse={"id": 1}
        ),
        of_evse(1, "Power", "0", maxLimit=22000, unit="W"),
        of_evse(1, "DischargePower", "0", maxLimit=7.4, unit="kW"),
        of_evse(2, "Power", "0", maxLimit=11000),
    )
    abilities = v2x_of(told.index())
    assert abilities is not None
    first, second = abilities.at(1), abilities.at(2)
    assert first.modes == {OperationMode.CHARGING_ONLY, OperationMode.CENTRAL_SETPOINT}
    assert (first.charge_w, first.discharge_w) == (22000, 7400)
    assert first.transfer_modes == {"ac_bpt"}
    assert (second.charge_w, second.discharge_w) == (11000, None)


def test_without_modes_nothing_is_said() -> None:
    assert v2x_of(inventory(of_evse(1, "Power", "0", maxLimit=22000)).index()) is None


@pytest.mark.parametrize(
    ("told", "evse", "may"),
    [
        ({}, 1, False),
        ({}, 0, False),
        ({1: "true"}, 1, True),
        ({1: "true", 2: "false"}, 0, False),
        ({1: "true", 2: "true"}, 0, True),
        ({None: "true"}, 2, True),
    ],
)
def test_which_phase_is_chosen_where_all_can(
    told: dict[int | None, str], evse: int, may: bool
) -> None:
    facts = SmartChargingFacts(
        inventory(
            *(
                variable(
                    "SmartChargingCtrlr",
                    "ACPhaseSwitchingSupported",
                    value,
                    evse=None if number is None else {"id": number},
                )
                for number, value in told.items()
            )
        )
    )
    assert facts.may_choose_phase(evse) is may

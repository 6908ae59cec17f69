"""Vehicles that discharge, and what a station of 2.1 does with them (Q01 to Q12)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.car import NO_CURRENT, Car, Currents
from simulator.meter import NOMINAL_VOLTAGE
from simulator.structures import Payload

if TYPE_CHECKING:
    from simulator.v2.evse import Evse
    from simulator.v2.profiles import Installed
    from simulator.v2.station import ChargingStation, Handler

CONTROLLER = "V2XChargingCtrlr"
CHARGING_ONLY = "ChargingOnly"
SETPOINTS = ("CentralSetpoint", "CentralFrequency")
BALANCING = "LocalLoadBalancing"
IDLE = "Idle"
_THRESHOLDS = ("UpperThreshold", "LowerThreshold", "UpperOffset", "LowerOffset")


@dataclass(slots=True, kw_only=True)
class V2xCar(Car):
    """A car that can give energy back, once it has agreed on that with the station."""

    discharge_w: float = 7400.0
    """The most that it gives."""
    charge_w: float = 11000.0
    least_soc: float = 20.0
    """It gives nothing below this state of charge in %."""
    transfer: str = "AC_BPT"
    """The way in which it discharges: AC_BPT or DC_BPT."""
    agreed: bool = field(default=False, init=False)
    """Whether it has agreed on that way."""

    @property
    def default_transfer(self) -> str:
        """The way in which it only charges."""
        if self.transfer.startswith("DC"):
            return "DC"
        return ("AC_single_phase", "AC_two_phase", "AC_three_phase")[self.phases - 1]

    def follow(self, watts: float) -> float:
        """Return the power that it takes or, below 0, gives when told to follow one."""
        if watts < 0:
            able = self.agreed and self.soc > self.least_soc
            return max(watts, -self.discharge_w) if able else 0.0
        return 0.0 if self.full else min(watts, self.charge_w)

    def give(self, wh: float) -> None:
        """Take `wh` for the grid out of the battery."""
        lost = wh / self.efficiency / (self.capacity_kwh * 10.0)
        self.soc = max(self.soc - lost, 0.0)


class Discharging:
    """What a station does about vehicles that discharge."""

    def __init__(self, station: ChargingStation) -> None:
        self._station = station
        self.load_w: Callable[[], float] = lambda: 0.0
        """What the house takes from the grid without the cars, in W (Q09)."""
        self.allowed: list[str] | None = None
        """The ways of energy transfer that the CSMS allowed last; None told none."""
        self.obeys = True
        """False: setpoints are accepted, and not followed."""
        self.unasked_w = 0.0
        """What a car gives back although nobody has asked for it."""
        self._negotiated: dict[int, str] = {}
        """EVSE -> the transaction whose car has told its needs."""
        self._balance: dict[int, float] = {}
        """EVSE -> the setpoint that the station has found by itself (Q09.FR.04)."""
        self.handlers: dict[str, Handler] = {}
        if station.version == "2.1":
            self.handlers["NotifyAllowedEnergyTransfer"] = self._allowed

    @property
    def enabled(self) -> bool:
        """Whether the station does this at all."""
        station = self._station
        return station.version == "2.1" and station.model.boolean(CONTROLLER, "Enabled")

    def authorized(self, answer: Payload) -> None:
        """Note what an AuthorizeResponse allows (Q01.FR.01, FR.08)."""
        if "allowedEnergyTransfer" in answer:
            self.allowed = list(answer["allowedEnergyTransfer"])

    def look(self, evse: Evse) -> None:
        """Let a car agree with the station, once its transaction has begun."""
        running, car = evse.transaction, evse.car
        if running is None or evse.authorized is None or not isinstance(car, V2xCar):
            return
        if self.enabled and self._negotiated.get(evse.number) != running.id:
            self._negotiated[evse.number] = running.id
            self._balance[evse.number] = 0.0
            self._negotiate(evse, car)

    def _negotiate(self, evse: Evse, car: V2xCar) -> None:
        """Agree on the best way that is allowed, and tell it (Q01.FR.03, FR.09)."""
        offered = self._station.model.names(CONTROLLER, "SupportedEnergyTransferModes")
        car.agreed = car.transfer in (self.allowed or ()) and car.transfer in offered
        needs: Payload = {
            "requestedEnergyTransfer": car.transfer
            if car.agreed
            else car.default_transfer,
            "availableEnergyTransfer": [car.default_transfer, car.transfer],
            "controlMode": "DynamicControl",
            "v2xChargingParameters": {
                "maxChargePower": car.charge_w,
                "maxDischargePower": car.discharge_w,
                "targetSoC": round(car.target_soc),
            },
        }
        self._station.queue(
            "NotifyEVChargingNeeds", {"evseId": evse.number, "chargingNeeds": needs}
        )

    def _allowed(self, payload: Payload) -> Payload:
        """Negotiate anew after what is allowed has changed (Q02.FR.06, FR.07)."""
        station = self._station
        for evse in station.evses:
            if evse.transaction_id == payload["transactionId"]:
                self.allowed = list(payload["allowedEnergyTransfer"])
                self._negotiated.pop(evse.number, None)
                station.after(evse.update)
                return {"status": "Accepted"}
        return {"status": "Rejected"}

    # Profiles.

    def problem(self, evse_id: int, profile: Payload) -> tuple[str, str] | None:
        """Return code and words for why a profile is refused; None for no reason."""
        offered = self._station.model.names(CONTROLLER, "SupportedOperationModes")
        for schedule in profile["chargingSchedule"]:
            for period in schedule["chargingSchedulePeriod"]:
                mode = period.get("operationMode", CHARGING_ONLY)
                found = _problem_of(mode, period)
                if mode != CHARGING_ONLY and not (self.enabled and mode in offered):
                    found = "UnsupportedParam", f"operationMode {mode}"
                if found is None and mode == BALANCING:
                    found = self._problem_of_balancing()
                if found is None and mode != CHARGING_ONLY:
                    if profile["chargingProfilePurpose"] not in (
                        "TxProfile",
                        "TxDefaultProfile",
                    ):
                        found = "InvalidProfile", "V2X in another profile"
                    elif "maxOfflineDuration" not in profile:
                        self._station.violation("V2X without maxOfflineDuration")
                if found is not None:
                    return found
        return None

    def _problem_of_balancing(self) -> tuple[str, str] | None:
        upper, lower, *_ = (
            self._station.model.text(CONTROLLER, BALANCING, one) for one in _THRESHOLDS
        )
        if not upper or not lower or float(upper) <= float(lower):
            return "MissingDevModelInfo", "the thresholds of the balancing (Q09.FR.02)"
        return None

    # Power.

    def flow(self, evse: Evse) -> float | None:
        """Return the power in W that the car of an EVSE takes, below 0 gives.

        None where its limit alone counts.
        """
        car = evse.car
        if not isinstance(car, V2xCar) or not self.enabled or evse.transaction is None:
            return None
        if evse.authorized is None or evse.forced == "Faulted":
            return None
        if self.unasked_w:
            return -self.unasked_w
        active = self._active(evse)
        if active is None:
            return None
        item, period = active
        mode = period.get("operationMode", CHARGING_ONLY)
        if mode == CHARGING_ONLY:
            return None
        if not self.obeys:
            return car.follow(car.charge_w)
        factor = 1.0
        if item.schedule["chargingRateUnit"] == "A":
            factor = float(period.get("numberPhases") or 3) * NOMINAL_VOLTAGE
        if mode in SETPOINTS:
            return car.follow(float(period.get("setpoint", 0.0)) * factor)
        if mode == BALANCING:
            return car.follow(self._balanced(evse, period, factor))
        return 0.0

    def measurands(self, name: str) -> list[str]:
        """Return the measurands of the present operation modes (Q01.FR.33 to 35)."""
        if not self.enabled:
            return []
        modes = {
            active[1].get("operationMode", CHARGING_ONLY)
            for evse in self._station.evses
            if evse.transaction is not None and (active := self._active(evse))
        }
        model = self._station.model
        return [
            one for mode in sorted(modes) for one in model.names(CONTROLLER, name, mode)
        ]

    def _balanced(self, evse: Evse, period: Payload, factor: float) -> float:
        """Return the setpoint that keeps the house between its thresholds (Q09.FR.04)."""
        upper, lower, above, below = (
            float(self._station.model.text(CONTROLLER, BALANCING, one) or 0.0)
            for one in _THRESHOLDS
        )
        setpoint = self._balance.get(evse.number, 0.0)
        load = self.load_w() + setpoint
        if load > upper:
            setpoint += upper + above - load
        elif load < lower:
            setpoint += lower + below - load
        # Q09.FR.05.
        if "limit" in period:
            setpoint = min(setpoint, float(period["limit"]) * factor)
        if "dischargeLimit" in period:
            setpoint = max(setpoint, float(period["dischargeLimit"]) * factor)
        self._balance[evse.number] = setpoint
        return setpoint

    def _active(self, evse: Evse) -> tuple[Installed, Payload] | None:
        """Return the period in force, and its profile: that of the transaction first."""
        station, running = self._station, evse.transaction
        now = station.clock.now()
        started = None if running is None else running.started
        ranked = sorted(
            (
                item
                for item in station.profiles
                if item.purpose in ("TxProfile", "TxDefaultProfile")
                and item.evse in (0, evse.number)
                and station.profiles.counts(item)
            ),
            key=lambda item: (item.purpose == "TxProfile", item.level),
            reverse=True,
        )
        for item in ranked:
            if (period := item.period(now, started)) is not None:
                return item, period
        return None

    @staticmethod
    def currents(car: Car, watts: float) -> Currents:
        """Return the currents of a power that is taken."""
        if watts <= 0:
            return NO_CURRENT
        amps = watts / (car.phases * NOMINAL_VOLTAGE)
        return (
            amps,
            amps if car.phases > 1 else 0.0,
            amps if car.phases > 2 else 0.0,
        )


def _problem_of(mode: str, period: Payload) -> tuple[str, str] | None:
    """Return what is wrong with the values of a period in its operation mode."""
    names: dict[str, Any] = {
        name: period[name]
        for name in ("limit", "dischargeLimit", "setpoint", "setpointReactive")
        if name in period
    }
    if mode == IDLE and names:
        return "InvalidSchedule", "values in Idle (Q10.FR.02)"
    if mode in SETPOINTS:
        if {"limit", "dischargeLimit"} & set(names):
            return "InvalidSchedule", "limits beside a setpoint (Q03.FR.02)"
        if "setpoint" not in names:
            return "InvalidSchedule", "no setpoint"
    if mode == CHARGING_ONLY and {"setpoint", "dischargeLimit"} & set(names):
        return "InvalidSchedule", "a setpoint in ChargingOnly (Q02.FR.02)"
    if "limit" in names and names["limit"] < names.get("setpoint", names["limit"]):
        return "InvalidSchedule", "a setpoint above its limit (V2X.05)"
    return None

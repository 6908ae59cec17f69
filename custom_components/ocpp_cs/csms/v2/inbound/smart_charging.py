"""Limits of others, needs of vehicles, and reports of profiles (K09, K11 to K17)."""

from datetime import datetime
from typing import Any

from ...connector import Connector
from ...model.model import utcnow
from ...model.profile import LimitSource
from ...model.timestamps import parse_time
from ...outside import car_needs
from ...outside.car_needs import CarNeeds
from ...outside.outside_limits import OutsideLimit, by_our_clock
from ...session import Session
from ..connection import Awaited
from ..discharging.transfers import negotiated
from ..spelling import schedules_from_ocpp, source_of, update_of

_MOST_SCHEDULES = 3
"""The schedules of one limit that are kept."""

_PHASES = {"AC_single_phase": 1, "AC_two_phase": 2, "AC_three_phase": 3}


class SmartCharging:
    """Takes what a station says about charging."""

    def __init__(self, session: Session, awaited: Awaited) -> None:
        """Serve the connection of a session.

        Args:
            session: The session.
            awaited: What its commands wait for.
        """
        self._charge_point = session.charge_point
        self._awaited = awaited

    def report_charging_profiles(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Take a piece of a report of profiles (K09)."""
        self._awaited.profiles.piece(payload)
        return {}

    def pull_dynamic_schedule_update(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Tell the present values of a dynamic profile (2.1: K28.FR.07, FR.12)."""
        methods = self._charge_point.profile_methods
        values = methods.dynamic_values(payload["chargingProfileId"])
        if values is None:
            return {
                "status": "Rejected",
                "statusInfo": {"reasonCode": "InvalidProfile"},
            }
        return {"status": "Accepted", "scheduleUpdate": update_of(values)}

    # Limits of others.

    def notify_charging_limit(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Note a limit that somebody else has set (K11, K12, K14)."""
        told = payload["chargingLimit"]
        source = source_of(told["chargingLimitSource"])
        if source is LimitSource.CSO:
            # K11.FR.05 forbids it: it would be our own limit.
            self._charge_point.deviations.note("limit_of_ours_notified")
            return {}
        connector = self._charge_point.connector_told(payload.get("evseId") or 0)
        if connector is not None:
            connector.outside.put(
                OutsideLimit(
                    source=source,
                    told_at=utcnow(),
                    schedules=by_our_clock(
                        schedules_from_ocpp(
                            (payload.get("chargingSchedule") or ())[:_MOST_SCHEDULES]
                        ),
                        self._charge_point.clock.correct,
                    ),
                    is_grid_critical=told.get("isGridCritical"),
                )
            )
            connector.outside_changed()
        return {}

    def cleared_charging_limit(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Note that a limit of somebody else has ended (K13)."""
        source = source_of(payload["chargingLimitSource"])
        number = payload.get("evseId")
        connectors = (
            self._charge_point.parts
            if not number
            else [self._charge_point.connectors.get(number)]
        )
        for connector in connectors:
            if connector is not None and connector.outside.end(source):
                connector.outside_changed()
        return {}

    # Needs of vehicles.

    def notify_ev_charging_needs(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Note the needs of a vehicle; its limit follows (K15, K17).

        They are never rejected: that would stop some vehicles, and end the transaction of
        one that wants to discharge (2.1: Q01.FR.04 to 06). A vehicle that has agreed to
        discharge although nobody allows it here is told to charge only.
        """
        connector = self._charge_point.connector_told(payload["evseId"])
        if connector is None or not connector.number:
            return {"status": "Processing"}
        connector.set_needs(self._needs_of(connector, payload))
        negotiates = connector.limiter.negotiate()
        return {"status": "Accepted" if negotiates else "Processing"}

    def _needs_of(self, connector: Connector, payload: dict[str, Any]) -> CarNeeds:
        needs, now = payload["chargingNeeds"], utcnow()
        alternating = needs.get("acChargingParameters") or {}
        direct = needs.get("dcChargingParameters") or {}
        both_ways = needs.get("v2xChargingParameters") or {}
        told, most = alternating or direct, payload.get("maxScheduleTuples")
        energy = told.get("energyAmount", both_ways.get("evTargetEnergyRequest"))
        values: dict[str, tuple[Any, Any]] = {
            "energy_kwh": (energy, car_needs.energy_kwh(energy)),
            "least_kwh": (
                None,
                car_needs.energy_kwh(both_ways.get("evMinEnergyRequest")),
            ),
            "departure": (
                needs.get("departureTime"),
                car_needs.departure(self._departure_in(needs), now),
            ),
            "soc": (
                direct.get("stateOfCharge"),
                car_needs.percent(direct.get("stateOfCharge")),
            ),
            "full_soc": (
                direct.get("fullSoC"),
                car_needs.percent(direct.get("fullSoC")) or None,
            ),
            "capacity_kwh": (
                direct.get("evEnergyCapacity"),
                car_needs.capacity_kwh(direct.get("evEnergyCapacity")),
            ),
            "max_a": (
                told.get("evMaxCurrent"),
                car_needs.current_a(told.get("evMaxCurrent")),
            ),
        }
        for name, (one, kept) in values.items():
            # 0 is what many tell of what they do not know.
            if one and kept is None:
                self._charge_point.deviations.note(f"implausible_need:{name}", str(one))
        return CarNeeds(
            told_at=now,
            charged_kwh=(connector.session_energy_wh or 0.0) / 1000
            if connector.transaction is not None
            else 0.0,
            phases=_PHASES.get(needs["requestedEnergyTransfer"]),
            most_periods=most if most is not None and most > 0 else None,
            **{name: kept for name, (_, kept) in values.items()},
            **negotiated(needs),
        )

    def _departure_in(self, needs: dict[str, Any]) -> datetime | None:
        time = parse_time(needs.get("departureTime"))
        return None if time is None else self._charge_point.clock.correct(time)

    def notify_ev_charging_schedule(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Compare the schedule that a vehicle has chosen with its limit (K15.FR.11, 12)."""
        connector = self._charge_point.connectors.get(payload["evseId"])
        schedules = schedules_from_ocpp([payload["chargingSchedule"]])
        if connector is None or not schedules:
            return {"status": "Accepted"}
        fits = connector.limiter.vehicle_chose(schedules[0])
        return {"status": "Accepted" if fits else "Rejected"}

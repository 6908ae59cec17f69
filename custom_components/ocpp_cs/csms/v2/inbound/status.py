"""The status of plugs: StatusNotification and NotifyEvent (G01, N07)."""

from datetime import datetime
from typing import Any

from ...model.timestamps import parse_time
from ...session import Session
from ..money.abilities import CONTROLLER
from ..monitoring.alerts import error_of
from ..station import Problem, Station

_PLACES = frozenset({"chargingstation", "evse", "connector"})
"""The components that have an AvailabilityState of ours (appendices, 3.1)."""

_STATUSES = ("Available", "Occupied", "Reserved", "Unavailable", "Faulted")
"""ConnectorStatusEnumType (3.18)."""

_LONGEST = 100
"""Characters of what a station says of a problem."""


class Status:
    """Takes the status of plugs."""

    def __init__(self, session: Session) -> None:
        """Serve the connection of a session."""
        self._charge_point = session.charge_point
        self._station = session.charge_point.part(Station)

    def status_notification(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Note the status of a plug (G01)."""
        self._station.plug_told(
            payload["evseId"],
            payload["connectorId"],
            payload["connectorStatus"],
            parse_time(payload["timestamp"]),
        )
        return {}

    def notify_event(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Note the events of the device model that are about a plug (G01.FR.03)."""
        for event in payload["eventData"]:
            component, variable = event["component"], event["variable"]
            name = variable["name"].casefold()
            time = parse_time(event["timestamp"])
            if name == "availabilitystate":
                self._availability(component, event["actualValue"], time)
            elif name == "problem":
                self._problem(component, event, time)
        return {}

    def _availability(
        self, component: dict[str, Any], status: str, time: datetime | None
    ) -> None:
        """Note the state of a plug, of an EVSE or of the station."""
        if component["name"].casefold() not in _PLACES:
            return
        evse = component.get("evse") or {}
        known = next((one for one in _STATUSES if one == status.title()), status)
        self._station.plug_told(
            evse.get("id", 0), evse.get("connectorId", 0), known, time
        )

    def _problem(
        self, component: dict[str, Any], event: dict[str, Any], time: datetime | None
    ) -> None:
        """Note that a component has a problem, or none any more."""
        evse, name = component.get("evse") or {}, component["name"]
        key = "/".join(
            str(one)
            for one in (name, component.get("instance"), evse.get("connectorId"))
            if one is not None
        )
        is_over = event.get("cleared") is True or event["actualValue"].strip() in {
            "",
            "0",
            "false",
            "False",
        }
        if name.casefold() == CONTROLLER.casefold():
            # It charges all the same, and we tell what it costs (I08.FR.34).
            if not is_over:
                self._charge_point.deviations.note(
                    "tariff_problem", event.get("techCode") or ""
                )
            return
        told = event.get("techInfo")
        self._station.problem_told(
            evse.get("id", 0),
            key[:_LONGEST].casefold(),
            None
            if is_over
            else Problem(
                error_of(name),
                (name if told is None else f"{name}: {told}")[:_LONGEST],
                event.get("techCode"),
            ),
            time,
        )

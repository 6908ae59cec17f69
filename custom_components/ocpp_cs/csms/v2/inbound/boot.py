"""BootNotification and Heartbeat (B01, G02)."""

from typing import Any

from ...model.errors import CallError, Violation
from ...model.model import Identity, utcnow
from ...model.timestamps import format_time
from ...security.own_names import plain
from ...session import PENDING_INTERVAL, Session
from ..monitoring.alerts import Alerts


class Boot:
    """Takes the boots of a charging station."""

    def __init__(self, session: Session) -> None:
        """Serve the connection of a session."""
        self._session = session

    def boot_notification(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Note who the station is; it is pending until it is adopted (B01, B02)."""
        station = payload["chargingStation"]
        serial = station.get("serialNumber")
        self._check_certificate(serial)
        modem = station.get("modem") or {}
        # What still limits it is notified again (K11, K12).
        for part in self._session.charge_point.parts:
            if part.outside.forget():
                part.outside_changed()
        if payload.get("reason") != "Triggered":
            self._session.charge_point.part(Alerts).forget()
        interval = self._session.booted(
            Identity(
                vendor=station.get("vendorName"),
                model=station.get("model"),
                serial=serial,
                firmware=station.get("firmwareVersion"),
                iccid=modem.get("iccid"),
                imsi=modem.get("imsi"),
            ),
            serial,
        )
        return {
            "currentTime": format_time(utcnow()),
            "interval": PENDING_INTERVAL if interval is None else interval,
            "status": "Pending" if interval is None else "Accepted",
        }

    def _check_certificate(self, serial: str | None) -> None:
        """Close the connection if its certificate has another serial (B01.FR.11, 12).

        A certificate may also have the id of the station as its name.

        Raises:
            CallError: It has.
        """
        charge_point = self._session.charge_point
        tls = charge_point.security.tls
        if tls is None or tls.certificate is None or not plain(serial):
            return
        if plain(tls.certificate.common_name) not in (
            plain(serial),
            plain(charge_point.id),
        ):
            charge_point.deviations.note("serial_of_another", str(serial))
            self._session.connection.finish_soon()
            raise CallError(
                Violation.SECURITY_ERROR,
                "the serial number is not that of the certificate",
            )

    def heartbeat(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Tell the time (G02)."""
        return {"currentTime": format_time(utcnow())}

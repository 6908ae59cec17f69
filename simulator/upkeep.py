"""What a central system may ask: lists, reservations, firmware, diagnostics."""

from datetime import datetime
from typing import override

from .charge_point import same_tag
from .connector import Connector, Reservation
from .smart import SmartCharging
from .structures import Payload
from .uploading import Uploader

STEP = 2.0  # simulated seconds between two steps of an update or upload


class FullChargePoint(SmartCharging):
    """All 28 messages of OCPP 1.6."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.uploader = Uploader(self.faults, self.log)
        self.list_version = 0
        self.local_list: dict[str, Payload] = {}

    @override
    def known_tag(self, tag: str) -> Payload | None:
        if self.configuration.boolean("LocalAuthListEnabled"):
            for listed, info in self.local_list.items():
                if same_tag(listed, tag):
                    return self._as_of_now(info)
        return super().known_tag(tag)

    def _as_of_now(self, info: Payload) -> Payload:
        """Return an idTagInfo of the list, which may have expired since it came."""
        until = info.get("expiryDate")
        if (
            until is not None
            and info["status"] == "Accepted"
            and datetime.fromisoformat(until) <= self.clock.now()
        ):
            return info | {"status": "Expired"}
        return info

    @override
    def forget_what_is_volatile(self) -> None:
        if self.faults.list_forgotten:
            self.list_version = 0
            self.local_list.clear()
        if self.faults.reservations_forgotten:
            for connector in self.connectors:
                connector.cancel_reservation()

    # Local Auth List Management

    def on_get_local_list_version(self, payload: Payload) -> Payload:
        enabled = self.configuration.boolean("LocalAuthListEnabled")
        return {"listVersion": self.list_version if enabled else -1}

    def on_send_local_list(self, payload: Payload) -> Payload:
        if not self.configuration.boolean("LocalAuthListEnabled"):
            return {"status": "NotSupported"}
        entries = payload.get("localAuthorizationList") or []
        version, kind = int(payload["listVersion"]), payload["updateType"]
        if version < 1:
            raise ValueError(f"listVersion is {version} (errata 3.52)")
        if kind not in ("Full", "Differential"):
            raise ValueError(f"updateType is {kind}")
        if len({entry["idTag"].casefold() for entry in entries}) < len(entries):
            raise ValueError("the same idTag twice (6.41)")
        most = self.configuration.integer("SendLocalListMaxLength")
        if self.faults.list_failed or (most and len(entries) > most):
            return {"status": "Failed"}
        listed = {} if kind == "Full" else dict(self.local_list)
        if kind == "Differential" and (
            self.faults.list_mismatch or version <= self.list_version
        ):
            return {"status": "VersionMismatch"}
        for entry in entries:
            if (info := entry.get("idTagInfo")) is not None:
                listed[entry["idTag"]] = info
            elif kind == "Full":
                raise ValueError(f"{entry['idTag']} without an idTagInfo (7.2)")
            else:
                listed.pop(entry["idTag"], None)
        most = self.configuration.integer("LocalAuthListMaxLength")
        if most and len(listed) > most:
            return {"status": "Failed"}
        self.local_list, self.list_version = listed, version
        return {"status": "Accepted"}

    # Reservation

    def on_reserve_now(self, payload: Payload) -> Payload:
        number, reservation = payload["connectorId"], payload["reservationId"]
        if self.faults.reservations_rejected or not self._exists(number):
            return {"status": "Rejected"}
        if number == 0:
            if not self.configuration.boolean("ReserveConnectorZeroSupported"):
                return {"status": "Rejected"}
            # What is there already is replaced.
            free = [
                *(c for c in self.connectors[1:] if self._reserves(c, reservation)),
                *(c for c in self.connectors[1:] if c.status == "Available"),
            ]
            target = free[0] if free else self.connector(1)
        else:
            target = self.connector(number)
        if not self._reserves(target, reservation):
            match target.status:
                case "Available":
                    pass
                case "Faulted" | "Unavailable":
                    return {"status": target.status}
                case _:
                    return {"status": "Occupied"}
        seconds = (
            datetime.fromisoformat(payload["expiryDate"]) - self.clock.now()
        ).total_seconds()
        if seconds <= 0:
            return {"status": "Rejected"}
        made = Reservation(
            id=reservation,
            tag=payload["idTag"],
            parent=payload.get("parentIdTag"),
            any_connector=number == 0,
        )
        self.after(lambda: self._reserve(target, made, seconds))
        return {"status": "Accepted"}

    def on_cancel_reservation(self, payload: Payload) -> Payload:
        for connector in self.connectors:
            if self._reserves(connector, payload["reservationId"]):
                self.after(connector.cancel_reservation)
                return {"status": "Accepted"}
        return {"status": "Rejected"}

    @staticmethod
    def _reserves(connector: Connector, reservation: int) -> bool:
        return connector.reserved is not None and connector.reserved.id == reservation

    def _reserve(
        self, target: Connector, reservation: Reservation, seconds: float
    ) -> None:
        for other in self.connectors:
            if other is not target and self._reserves(other, reservation.id):
                other.cancel_reservation()
        target.reserved = reservation
        # The expiry is a time of the wall clock, which does not run faster.
        target.reservation_expiry.start(seconds * self.clock.factor)
        target.update()

    # Firmware Management. Nothing is really fetched; for uploads see uploading.py.

    def on_get_diagnostics(self, payload: Payload) -> Payload:
        if not (location := payload["location"]):
            raise ValueError("no location")
        if self.faults.nothing_to_upload:
            return {}
        name = f"{self.charge_point_id}.log"
        self.after(lambda: self.spawn(self._upload(location, name)))
        return {"fileName": name}

    def on_update_firmware(self, payload: Payload) -> Payload:
        start = datetime.fromisoformat(payload["retrieveDate"])
        if not payload["location"]:
            raise ValueError("no location")
        wait = max((start - self.clock.now()).total_seconds(), 0.0)
        self.after(lambda: self.spawn(self._update_firmware(wait)))
        return {}

    async def _upload(self, location: str, name: str) -> None:
        self._diagnostics("Uploading")
        sent = await self.uploader.send(location, name, self.link.context())
        await self.clock.sleep(STEP)
        self._diagnostics("Uploaded" if sent else "UploadFailed")
        await self.clock.sleep(STEP)
        self.diagnostics_status = "Idle"

    def _diagnostics(self, status: str) -> None:
        self.diagnostics_status = status
        self.queue("DiagnosticsStatusNotification", {"status": status})

    async def _update_firmware(self, wait: float) -> None:
        await self.clock.sleep(wait)
        faults = self.faults
        for status, failed in (
            ("Downloading", "DownloadFailed" if faults.download_fails else None),
            ("Downloaded", None),
            ("Installing", "InstallationFailed" if faults.installation_fails else None),
        ):
            self.firmware_status = status
            self.queue("FirmwareStatusNotification", {"status": status})
            await self.clock.sleep(STEP)
            if failed is not None:
                self.queue("FirmwareStatusNotification", {"status": failed})
                self.firmware_status = "Idle"
                return
        await self.reboot("Reboot", graceful=True)
        await self.wait_for(lambda: self.operational, 3600.0)
        self.queue("FirmwareStatusNotification", {"status": "Installed"})
        self.firmware_status = "Idle"

"""What a central system may ask: lists, reservations, firmware, diagnostics."""

from datetime import datetime
from typing import override

from .connector import Connector
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
        if self.configuration.boolean("LocalAuthListEnabled") and (
            info := self.local_list.get(tag)
        ):
            return info
        return super().known_tag(tag)

    # Local Auth List Management

    def on_get_local_list_version(self, payload: Payload) -> Payload:
        enabled = self.configuration.boolean("LocalAuthListEnabled")
        return {"listVersion": self.list_version if enabled else -1}

    def on_send_local_list(self, payload: Payload) -> Payload:
        if not self.configuration.boolean("LocalAuthListEnabled"):
            return {"status": "NotSupported"}
        entries = payload.get("localAuthorizationList") or []
        most = self.configuration.integer("SendLocalListMaxLength")
        version = int(payload["listVersion"])
        if most and len(entries) > most:
            return {"status": "Failed"}
        if payload["updateType"] == "Full":
            self.local_list = {entry["idTag"]: entry["idTagInfo"] for entry in entries}
        elif version <= self.list_version:
            return {"status": "VersionMismatch"}
        else:
            for entry in entries:
                if entry.get("idTagInfo") is None:
                    self.local_list.pop(entry["idTag"], None)
                else:
                    self.local_list[entry["idTag"]] = entry["idTagInfo"]
        self.list_version = version
        return {"status": "Accepted"}

    # Reservation

    def on_reserve_now(self, payload: Payload) -> Payload:
        number, reservation = payload["connectorId"], payload["reservationId"]
        if not self._exists(number):
            return {"status": "Rejected"}
        if number == 0:
            if not self.configuration.boolean("ReserveConnectorZeroSupported"):
                return {"status": "Rejected"}
            free = [c for c in self.connectors[1:] if c.status == "Available"]
            target = free[0] if free else self.connector(1)
        else:
            target = self.connector(number)
        holder = target.reserved
        if holder is None or holder[0] != reservation:
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
        tag, parent = payload["idTag"], payload.get("parentIdTag")
        self.after(lambda: self._reserve(target, reservation, tag, parent, seconds))
        return {"status": "Accepted"}

    def on_cancel_reservation(self, payload: Payload) -> Payload:
        for connector in self.connectors:
            if connector.reserved and connector.reserved[0] == payload["reservationId"]:
                self.after(connector.cancel_reservation)
                return {"status": "Accepted"}
        return {"status": "Rejected"}

    def _reserve(
        self,
        connector: Connector,
        reservation: int,
        tag: str,
        parent: str | None,
        seconds: float,
    ) -> None:
        connector.reserved = (reservation, tag, parent)
        # The expiry is a time of the wall clock, which does not run faster.
        connector.reservation_expiry.start(seconds * self.clock.factor)
        connector.update()

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
        sent = await self.uploader.send(location, name)
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

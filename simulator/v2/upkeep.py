"""Logs, firmware and what is known of customers (2.0.1, L, N01 and N09)."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from cryptography import x509

from simulator.structures import Payload
from simulator.uploading import Uploader

from .tokens import Token

if TYPE_CHECKING:
    from .station import ChargingStation, Handler

STEP = 2.0
"""Simulated seconds between two steps of an update or upload."""


class Upkeep:
    """The messages about files and data. Firmware is not really fetched."""

    def __init__(self, station: ChargingStation) -> None:
        self._station = station
        self.uploader = Uploader(station.faults, station.log)
        self.customers: dict[str, str] = {}
        """What it keeps of customers: id token or identifier -> text."""
        self._log: tuple[str, int | None] = ("Idle", None)
        self._firmware: tuple[str, int | None] = ("Idle", None)
        self._uploading: asyncio.Task[None] | None = None
        self._updating: asyncio.Task[None] | None = None
        self.handlers: dict[str, Handler] = {
            "CustomerInformation": self._customer_information,
            "GetLog": self._get_log,
            "UpdateFirmware": self._update_firmware,
        }

    def log_status(self) -> Payload:
        """Return the LogStatusNotification of now."""
        return _told(*self._log)

    def firmware_status(self) -> Payload:
        """Return the FirmwareStatusNotification of now."""
        return _told(*self._firmware)

    # Logs

    def _get_log(self, payload: Payload) -> Payload:
        station, number = self._station, payload["requestId"]
        location = payload["log"]["remoteLocation"]
        if station.faults.nothing_to_upload:
            return {"status": "Rejected"}
        name = f"{station.charge_point_id}-{payload['logType']}.log"
        earlier, status = self._uploading, "Accepted"
        if earlier is not None and not earlier.done():
            # N01.FR.12: the earlier one is given up.
            earlier.cancel()
            status = "AcceptedCanceled"
            self._tell_log("AcceptedCanceled", self._log[1])

        def begin() -> None:
            self._uploading = station.spawn(self._upload(location, name, number))

        station.after(begin)
        return {"status": status, "filename": name}

    async def _upload(self, location: str, name: str, number: int) -> None:
        station = self._station
        self._tell_log("Uploading", number)
        sent = await self.uploader.send(location, name, station.link.context())
        await station.clock.sleep(STEP)
        self._tell_log("Uploaded" if sent else "UploadFailure", number)
        self._log = ("Idle", None)

    def _tell_log(self, status: str, number: int | None) -> None:
        self._log = (status, number)
        self._station.queue("LogStatusNotification", _told(status, number))

    # Firmware

    def _update_firmware(self, payload: Payload) -> Payload:
        station, firmware = self._station, payload["firmware"]
        number = payload["requestId"]
        if (text := firmware.get("signingCertificate")) is not None:
            try:
                x509.load_pem_x509_certificates(text.encode())
            except ValueError:
                station.security.report("InvalidFirmwareSigningCertificate")
                return {"status": "InvalidCertificate"}
        status, earlier = "Accepted", self._updating
        if earlier is not None and not earlier.done():
            if self._firmware[0] in ("Installing", "InstallRebooting"):
                return {"status": "Rejected"}
            earlier.cancel()
            status = "AcceptedCanceled"

        def begin() -> None:
            self._updating = station.spawn(self._update(firmware, number))

        station.after(begin)
        return {"status": status}

    async def _update(self, firmware: Payload, number: int) -> None:
        station, faults = self._station, self._station.faults
        if (wait := self._until(firmware["retrieveDateTime"])) > 0:
            self._tell_firmware("DownloadScheduled", number)
            await station.clock.sleep(wait * station.clock.factor)
        self._tell_firmware("Downloading", number)
        await station.clock.sleep(STEP)
        if faults.download_fails:
            self._tell_firmware("DownloadFailed", number)
            return
        self._tell_firmware("Downloaded", number)
        if "signature" in firmware:
            if faults.installation_fails:
                self._tell_firmware("InvalidSignature", number)
                station.security.report("InvalidFirmwareSignature")
                return
            self._tell_firmware("SignatureVerified", number)
        if (when := firmware.get("installDateTime")) is not None and (
            wait := self._until(when)
        ) > 0:
            self._tell_firmware("InstallScheduled", number)
            await station.clock.sleep(wait * station.clock.factor)
        # L01.FR.06: not before the last transaction has ended.
        while station.transactions.running():
            await station.clock.sleep(STEP)
        self._tell_firmware("Installing", number)
        await station.clock.sleep(STEP)
        if faults.installation_fails:
            self._tell_firmware("InstallationFailed", number)
            return
        self._tell_firmware("InstallRebooting", number)
        await station.wait_for(lambda: station.outbox.idle, 3600.0)
        await station.reboot("FirmwareUpdate")
        await station.wait_for(lambda: station.operational, 3600.0)
        self._tell_firmware("Installed", number)
        station.security.report("FirmwareUpdated")
        self._firmware = ("Idle", None)

    def _until(self, when: str) -> float:
        return (
            datetime.fromisoformat(when) - self._station.clock.now()
        ).total_seconds()

    def _tell_firmware(self, status: str, number: int) -> None:
        self._firmware = (status, number)
        self._station.queue("FirmwareStatusNotification", _told(status, number))

    # Customers

    def _customer_information(self, payload: Payload) -> Payload:
        station, number = self._station, payload["requestId"]
        token = payload.get("idToken")
        key = payload.get("customerIdentifier") or (token or {}).get("idToken")
        if key is None and "customerCertificate" not in payload:
            return {"status": "Invalid"}
        if not payload["report"] and not payload["clear"]:
            return {"status": "Rejected"}
        words: list[str] = []
        if key is not None and key in self.customers:
            words.append(self.customers[key])
        if token is not None:
            asked = Token.of(token)
            if (info := station.tokens.known(asked)) is not None:
                words.append(f"{asked.id}: {info['status']}")
        text = "; ".join(words)
        if payload["clear"]:
            self.customers.pop(key or "", None)
            if token is not None:
                station.tokens.cache.pop(Token.of(token).key, None)
            if not payload["report"]:
                text = ""
        pieces = [text[at : at + 512] for at in range(0, len(text), 512)] or [""]
        for index, piece in enumerate(pieces):
            station.reply(
                "NotifyCustomerInformation",
                {
                    "requestId": number,
                    "generatedAt": station.timestamp(),
                    "seqNo": index,
                    "tbc": index < len(pieces) - 1,
                    "data": piece,
                },
            )
        return {"status": "Accepted"}


def _told(status: str, number: int | None) -> Payload:
    told: Payload = {"status": status}
    # Idle has no request.
    if number is not None and status != "Idle":
        told["requestId"] = number
    return told

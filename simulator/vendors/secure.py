"""A charger by the book that knows the security extension's logs and firmware, too."""

from datetime import datetime

from simulator.structures import Payload
from simulator.upkeep import STEP
from simulator.vendors.generic import Generic


class Secure(Generic):
    """Uploads logs, and installs firmware of which the signature is right."""

    def on_get_log(self, payload: Payload) -> Payload:
        location = payload["log"]["remoteLocation"]
        request_id = int(payload["requestId"])
        name = f"{payload['logType']}.zip"
        self.after(lambda: self.spawn(self._upload_log(request_id, location, name)))
        return {"status": "Accepted", "filename": name}

    def on_signed_update_firmware(self, payload: Payload) -> Payload:
        firmware = payload["firmware"]
        request_id = int(payload["requestId"])
        start = datetime.fromisoformat(firmware["retrieveDateTime"])
        wait = max((start - self.clock.now()).total_seconds(), 0.0)
        self.after(lambda: self.spawn(self._update_signed(request_id, wait)))
        return {"status": "Accepted"}

    async def _upload_log(self, request_id: int, location: str, name: str) -> None:
        def tell(status: str) -> None:
            self.queue(
                "LogStatusNotification", {"status": status, "requestId": request_id}
            )

        tell("Uploading")
        sent = await self.uploader.send(location, name, self.link.context())
        await self.clock.sleep(STEP)
        tell("Uploaded" if sent else "UploadFailure")

    async def _update_signed(self, request_id: int, wait: float) -> None:
        await self.clock.sleep(wait)
        faults = self.faults
        for status in (
            "Downloading",
            *(("DownloadFailed",) if faults.download_fails else ("Downloaded",)),
            *(
                ("InvalidSignature",)
                if faults.installation_fails
                else ("SignatureVerified", "Installing", "Installed")
            ),
        ):
            self.queue(
                "SignedFirmwareStatusNotification",
                {"status": status, "requestId": request_id},
            )
            await self.clock.sleep(STEP)
            if status == "DownloadFailed":
                return

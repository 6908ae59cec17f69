"""What a 1.6 upstream asks for, and only the owner may decide.

It is refused at once in any case: the owner may take hours, and an answer that promises
something would not be true.
"""

from collections.abc import Mapping

from ...schema.spelling import snake
from ...upstream.asked.calls import Json, UpstreamHandler, time_of
from ...upstream.asked.requests import Requests
from ...upstream.asked.wishes import WishKind
from .answers import answer

_LONGEST_LOCATION = 1024


def handlers(requests: Requests) -> Mapping[str, UpstreamHandler]:
    """Return the handlers by action."""
    owner = _Owner(requests)
    return {
        "CertificateSigned": lambda payload: answer(accepted=False),
        "ChangeAvailability": owner.change_availability,
        "DeleteCertificate": lambda payload: {"status": "Failed"},
        "GetDiagnostics": owner.get_diagnostics,
        "GetInstalledCertificateIds": lambda payload: {"status": "NotFound"},
        "GetLog": owner.get_log,
        "InstallCertificate": lambda payload: answer(accepted=False),
        "Reset": owner.reset,
        "SignedUpdateFirmware": owner.signed_update_firmware,
        "UnlockConnector": owner.unlock_connector,
        "UpdateFirmware": owner.update_firmware,
    }


class _Owner:
    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def _knows(self, connector_id: int) -> bool:
        return connector_id in self._requests.charge_point.connectors

    def reset(self, payload: Json) -> Json:
        """Ask for a restart (5.14)."""
        self._requests.wishes.wish(WishKind.RESET, type=snake(payload["type"]))
        return answer(accepted=False)

    def unlock_connector(self, payload: Json) -> Json:
        """Ask for the plug to be unlocked (5.18)."""
        number = payload["connectorId"]
        if not self._knows(number):
            return {"status": "NotSupported"}
        asked = self._requests.wishes.wish(WishKind.UNLOCK, connector_id=number)
        return {"status": "UnlockFailed" if asked else "NotSupported"}

    def change_availability(self, payload: Json) -> Json:
        """Ask for a connector to be put into or out of operation (5.2)."""
        number, kind = payload["connectorId"], snake(payload["type"])
        if number and not self._knows(number):
            return answer(accepted=False)
        charge_point = self._requests.charge_point
        part = charge_point.connector(number)
        if part.available is not None and part.available is (kind == "operative"):
            # It is so already (5.2).
            return answer(accepted=True)
        self._requests.wishes.wish(
            WishKind.AVAILABILITY, connector_id=number, type=kind
        )
        return answer(accepted=False)

    def update_firmware(self, payload: Json) -> Json:
        """Ask for an update (5.19), whose answer has no status."""
        retrieve = time_of(payload, "retrieveDate")
        self._requests.wish_firmware(
            location=payload["location"][:_LONGEST_LOCATION],
            retrieve_date=retrieve,
            retries=payload.get("retries"),
            retry_interval=payload.get("retryInterval"),
        )
        return {}

    def signed_update_firmware(self, payload: Json) -> Json:
        """Ask for an update with signed firmware."""
        firmware = payload["firmware"]
        self._requests.wishes.wish(
            WishKind.FIRMWARE,
            location=firmware["location"],
            retrieve_date=time_of(firmware, "retrieveDateTime"),
            install_date=time_of(firmware, "installDateTime"),
            signing_certificate=firmware["signingCertificate"],
            signature=firmware["signature"],
            retries=payload.get("retries"),
            retry_interval=payload.get("retryInterval"),
        )
        return answer(accepted=False)

    def get_diagnostics(self, payload: Json) -> Json:
        """Ask for an upload of diagnostics (5.9); without a name there is no file."""
        start, stop = time_of(payload, "startTime"), time_of(payload, "stopTime")
        self._requests.wish_diagnostics(
            location=payload["location"][:_LONGEST_LOCATION],
            start_time=start,
            stop_time=stop,
            retries=payload.get("retries"),
            retry_interval=payload.get("retryInterval"),
        )
        return {}

    def get_log(self, payload: Json) -> Json:
        """Ask for an upload of a log."""
        log = payload["log"]
        start, stop = time_of(log, "oldestTimestamp"), time_of(log, "latestTimestamp")
        self._requests.wishes.wish(
            WishKind.DIAGNOSTICS,
            location=log["remoteLocation"],
            log_type=snake(payload["logType"]),
            start_time=start,
            stop_time=stop,
            retries=payload.get("retries"),
            retry_interval=payload.get("retryInterval"),
        )
        return answer(accepted=False)

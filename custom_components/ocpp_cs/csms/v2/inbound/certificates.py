"""Certificates that a charging station asks for (A02, A03, M01, M02, M06)."""

from datetime import timedelta
from typing import Any, Final

from ...model.errors import CallError, Violation
from ...model.model import utcnow
from ...model.timestamps import format_time
from ...session import Session

_OF_STATION = "ChargingStationCertificate"

_MOST_CERTIFICATES: Final = 4
_ASK_AGAIN: Final = timedelta(days=1)
"""When a status that could not be had may be asked for again."""


_LONGEST_HASH: Final = 128
_LONGEST_SERIAL: Final = 40


def _echoed(told: dict[str, Any]) -> dict[str, Any]:
    """Return a CertificateHashDataType as it may be sent."""
    return {
        "hashAlgorithm": told["hashAlgorithm"],
        "issuerNameHash": told["issuerNameHash"][:_LONGEST_HASH],
        "issuerKeyHash": told["issuerKeyHash"][:_LONGEST_HASH],
        "serialNumber": told["serialNumber"][:_LONGEST_SERIAL],
    }


class CertificateRequests:
    """Answers requests for certificates.

    There is no certificate authority for cars here: what they ask for is refused in the
    way that each message has for it.
    """

    def __init__(self, session: Session) -> None:
        """Serve the connection of a session."""
        self._charge_point = session.charge_point

    def sign_certificate(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Report a certificate request; the signer sends CertificateSigned (A03).

        It is rejected if the connection may be of another device, as CertificateSigned
        would be withheld, and for a certificate that is shown to cars.
        """
        charge_point, csr = self._charge_point, payload["csr"].strip()
        if payload.get("certificateType", _OF_STATION) != _OF_STATION:
            return {"status": "Rejected"}
        if not charge_point.acquaintance.is_known:
            charge_point.emit("withheld", {"action": "CertificateSigned"})
            return {"status": "Rejected"}
        if not csr or not charge_point.check_csr(csr):
            return {"status": "Rejected"}
        charge_point.emit("sign_certificate", {"csr": csr})
        return {"status": "Accepted"}

    def get_15118_ev_certificate(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Tell that there are no contract certificates (M01, M02)."""
        return {"status": "Failed", "exiResponse": ""}

    def get_certificate_status(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Tell that no revocation status could be retrieved (M06.FR.04)."""
        return {"status": "Failed"}

    def get_certificate_chain_status(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Tell that no revocation status could be retrieved (2.1: M07)."""
        later = format_time(utcnow() + _ASK_AGAIN)
        asked = payload["certificateStatusRequests"][:_MOST_CERTIFICATES]
        if not asked:
            raise CallError(
                Violation.OCCURRENCE_CONSTRAINT, "certificateStatusRequests is empty"
            )
        return {
            "certificateStatus": [
                {
                    "certificateHashData": _echoed(one["certificateHashData"]),
                    "source": one["source"],
                    "status": "Failed",
                    "nextUpdate": later,
                }
                for one in asked
            ]
        }

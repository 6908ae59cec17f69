"""Certificates that a charging station asks for (A02, A03, M01, M02, M06)."""

from typing import Any

from ...session import Session

_OF_STATION = "ChargingStationCertificate"


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

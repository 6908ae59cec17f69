"""What a station with a payment terminal tells or asks (2.1: C18 to C22)."""

from typing import Any, Final

from ...schema.spelling import snake
from ...session import Session
from .grid import time_told
from .kept import Notices

_LONGEST_TEXT: Final = 500
_LONGEST_URL: Final = 2000
_LONGEST_VAT: Final = 20
_LONGEST_WORD: Final = 60


class Payments:
    """Takes what a station tells of payments; none is made here."""

    def __init__(self, session: Session) -> None:
        """Serve the connection of a session."""
        self._notices = session.charge_point.part(Notices)

    def settlement(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Report what has become of a payment (C20.FR.05, C21.FR.02, C22).

        There is no receipt of ours (C21.FR.03 asks for one only where a CSMS makes it).
        """
        company, status = payload.get("vatCompany"), payload.get("status")
        self._notices.note(
            "settlement",
            {
                "status": None if status is None else snake(status[:_LONGEST_WORD]),
                "amount": payload.get("settlementAmount"),
                "timestamp": time_told(payload["settlementTime"]),
                "transaction_id": payload.get("transactionId"),
                "info": (payload.get("statusInfo") or "")[:_LONGEST_TEXT] or None,
            },
            {
                "psp_ref": payload["pspRef"][:_LONGEST_TEXT],
                "receipt_id": (payload.get("receiptId") or "")[:_LONGEST_TEXT] or None,
                "receipt_url": (payload.get("receiptUrl") or "")[:_LONGEST_URL] or None,
                "vat_number": payload.get("vatNumber"),
                "vat_company": None
                if company is None
                else {
                    snake(name): text[:_LONGEST_TEXT]
                    for name, text in company.items()
                    if isinstance(text, str)
                },
            },
        )
        return {}

    def vat_number(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Refuse to vouch for a VAT number, as there is nobody here to ask (2.1: C18)."""
        answer: dict[str, Any] = {
            "status": "Rejected",
            "vatNumber": payload["vatNumber"][:_LONGEST_VAT],
            "statusInfo": {"reasonCode": "UnsupportedRequest"},
        }
        if (number := payload.get("evseId")) is not None:
            answer["evseId"] = max(number, 0)
        return answer

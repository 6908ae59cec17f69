"""Authorize (C01 to C15)."""

from collections.abc import Awaitable
from typing import Any

from ...access.authorization import Authorization, AuthorizationStatus
from ...model.tags import Tag
from ...session import Session
from ..discharging.transfers import allowed_transfers
from ..money.tariffs import Tariffs
from ..spelling import id_token_info, tag_of

_CANCELLED = frozenset(
    {
        AuthorizationStatus.BLOCKED,
        AuthorizationStatus.EXPIRED,
        AuthorizationStatus.INVALID,
    }
)
"""The statuses of a contract that is not accepted although its certificate is valid."""


class Cards:
    """Decides on id tokens."""

    def __init__(self, session: Session) -> None:
        """Serve the connection of a session."""
        self._session = session
        self._may_allow = "NotifyAllowedEnergyTransfer" in session.schemas.actions

    def authorize(
        self, payload: dict[str, Any]
    ) -> dict[str, Any] | Awaitable[dict[str, Any]]:
        """Decide on an id token that was presented.

        Contract certificates are not verified here, as there is no OCSP responder to
        ask (C07.FR.05): a contract is not accepted by its certificate, but by its id
        (eMAID), as any other token. A certificate that the station cannot verify itself,
        and therefore sends, is refused (C07.FR.17).
        """
        if payload.get("certificate"):
            return {
                "idTokenInfo": {"status": "Invalid"},
                "certificateStatus": "CertChainError",
            }
        tag = tag_of(payload["idToken"])
        if (asked := self._session.ask_others(tag)) is not None:
            return self._answer_then(tag, payload, asked)
        return self._answer(tag, payload)

    async def _answer_then(
        self, tag: Tag, payload: dict[str, Any], asked: Awaitable[object]
    ) -> dict[str, Any]:
        await asked
        return self._answer(tag, payload)

    def _answer(self, tag: Tag, payload: dict[str, Any]) -> dict[str, Any]:
        authorization = self._session.card_read(tag)
        answer: dict[str, Any] = {"idTokenInfo": id_token_info(authorization)}
        if authorization.status is AuthorizationStatus.ACCEPTED:
            tariffs = self._session.charge_point.part(Tariffs)
            if (tariff := tariffs.of_driver(tag.id)) is not None:
                answer["tariff"] = tariff
        if payload.get("iso15118CertificateHashData"):
            answer["certificateStatus"] = _contract_status(authorization)
        if (
            self._may_allow
            and authorization.status is AuthorizationStatus.ACCEPTED
            and (ways := self._allowed_transfers())
        ):
            answer["allowedEnergyTransfer"] = ways
        return answer

    def _allowed_transfers(self) -> list[str]:
        """Return the ways of energy transfer that a vehicle may choose (2.1: Q01.FR.01).

        At which EVSE it is, is not known yet: it may discharge if that is allowed at one of
        them; what is allowed at its own is told with its transaction. Empty for a station
        that does not discharge.
        """
        charge_point = self._session.charge_point
        abilities = charge_point.capabilities.v2x
        if abilities is None:
            return []
        parts = [
            (abilities.at(one.number), one.bidirectional.allowed)
            for one in charge_point.connectors.values()
        ]
        ways = [
            way
            for part, discharging in parts or [(abilities, False)]
            if part.discharges
            for way in allowed_transfers(part, discharging=discharging)
        ]
        return list(dict.fromkeys(ways))


def _contract_status(authorization: Authorization) -> str:
    """Return the status of a contract whose certificate is valid (C07.FR.13/14)."""
    is_cancelled = authorization.status in _CANCELLED and not authorization.elsewhere
    return "ContractCancelled" if is_cancelled else "Accepted"

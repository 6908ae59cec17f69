"""Compare what connections prove with what the owner of each charge point demands."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from ..model.model import RefusalReason
from ..model.security import ConnectionSecurity, PasswordHash, SecurityRules, TlsFacts
from ..security.passwords import encoded
from ..wire.handshake import Handshake
from .acquaintance import Acquaintance
from .demands import is_name_of, is_password_due, unmet_level
from .log_ins import LogIn, LogIns


class Demanding(Protocol):
    """The part of an adopted charge point that is used here."""

    id: str
    acquaintance: Acquaintance
    security_rules: SecurityRules

    def knows_secret(self, prefix: tuple[str, ...]) -> bool:
        """Return whether one of these path segments is its own secret."""


class Proofs:
    """Judges opening requests by password, encryption and certificate.

    All answers are those of the moment: rules, charge points and passwords may change
    while a password is being checked, and between an opening request and its service.
    """

    def __init__(
        self,
        adopted: Mapping[str, Demanding],
        *,
        is_exempt: Callable[[Handshake], bool],
    ) -> None:
        """Start without any knowledge.

        Args:
            adopted: The adopted charge points by id; it may change.
            is_exempt: Returns whether a charge point that is not adopted needs no
                password in any case.
        """
        self._adopted = adopted
        self._is_exempt = is_exempt
        self.log_ins = LogIns()
        self.unknown_password: PasswordHash | None = None
        """The password of charge points that are not adopted; None needs none."""

    def unmet(self, handshake: Handshake) -> RefusalReason | None:
        """Return what the owner demands and a connection does not have, if anything."""
        charge_point = self._adopted.get(handshake.charge_point_id)
        if charge_point is not None:
            reason = self._unmet_level(charge_point, handshake)
            if reason is not None:
                return reason
        if not self._is_password_due(handshake) or self._matched(handshake) is not None:
            return None
        if handshake.password is None:
            return RefusalReason.NO_PASSWORD
        return RefusalReason.WRONG_PASSWORD

    def security(self, handshake: Handshake) -> ConnectionSecurity:
        """Return the protection of a connection, as far as it is the charge point's.

        The password of charge points that are not adopted proves no id.
        """
        charge_point_id = handshake.charge_point_id
        charge_point = self._adopted.get(charge_point_id)
        password = None if charge_point is None else self._matched(handshake)
        return ConnectionSecurity(
            tls=(
                _with_certificate_of(handshake.tls, charge_point_id)
                if charge_point is None
                else self._own_tls(charge_point, handshake)
            ),
            with_password=password is not None,
            password=password,
        )

    def is_unchecked(self, handshake: Handshake) -> bool:
        """Return whether a connection has a password that may be right."""
        log_in = self._log_in(handshake)
        return (
            log_in is not None
            and self.log_ins.recognised(log_in) is None
            and self.log_ins.may_try(log_in)
        )

    def needs_check(self, handshake: Handshake) -> bool:
        """Return whether a password has to be checked before `unmet` can tell."""
        if not self.is_unchecked(handshake):
            return False
        charge_point = self._adopted.get(handshake.charge_point_id)
        if charge_point is None:
            return self._is_password_due(handshake)
        return self._unmet_level(charge_point, handshake) is None and (
            bool(charge_point.security_rules.passwords)
            or self._is_password_due(handshake)
        )

    async def check(self, handshake: Handshake) -> None:
        """Check the password of a connection, so that it is recognised if it is right."""
        if (log_in := self._log_in(handshake)) is not None:
            await self.log_ins.check(log_in)

    def _log_in(self, handshake: Handshake) -> LogIn | None:
        """Return the log-in of a connection; None if it has none with its id as user."""
        charge_point_id, remote = handshake.charge_point_id, handshake.remote
        if handshake.password is None or handshake.user != charge_point_id:
            return None
        password = encoded(handshake.password)
        if (charge_point := self._adopted.get(charge_point_id)) is not None:
            return LogIn(
                charge_point_id=charge_point_id,
                remote=remote,
                password=password,
                accepted=charge_point.security_rules.passwords,
                at_home=charge_point.acquaintance.may_come_from(
                    remote, with_proof=charge_point.knows_secret(handshake.prefix)
                ),
            )
        return LogIn(
            charge_point_id=charge_point_id,
            remote=remote,
            password=password,
            accepted=(
                () if self.unknown_password is None else (self.unknown_password,)
            ),
            adopted=False,
        )

    def _matched(self, handshake: Handshake) -> PasswordHash | None:
        """Return the hash that the password of a connection was found to match."""
        log_in = self._log_in(handshake)
        return None if log_in is None else self.log_ins.recognised(log_in)

    def _is_password_due(self, handshake: Handshake) -> bool:
        charge_point = self._adopted.get(handshake.charge_point_id)
        if charge_point is not None:
            return is_password_due(
                charge_point.security_rules, self._own_tls(charge_point, handshake)
            )
        return self.unknown_password is not None and not self._is_exempt(handshake)

    def _unmet_level(
        self, charge_point: Demanding, handshake: Handshake
    ) -> RefusalReason | None:
        own = self._own_tls(charge_point, handshake)
        rules = charge_point.security_rules
        if own != handshake.tls and not rules.ignores_certificate:
            return RefusalReason.CERTIFICATE_OF_ANOTHER
        return unmet_level(rules, own)

    def _own_tls(
        self, charge_point: Demanding, handshake: Handshake
    ) -> TlsFacts | None:
        """Return what was agreed in TLS, without a certificate that is not its own."""
        names = (charge_point.id, charge_point.acquaintance.serial)
        tls = _with_certificate_of(handshake.tls, *names)
        if tls is None or tls.certificate is None:
            return tls
        common_name = tls.certificate.common_name
        if common_name not in names and any(
            common_name in (other.id, other.acquaintance.serial)
            for other in self._adopted.values()
        ):
            # Of two ids that differ in case only, it is that of the other.
            return replace(tls, certificate=None)
        return tls


def _with_certificate_of(tls: TlsFacts | None, *names: str | None) -> TlsFacts | None:
    """Return what was agreed in TLS, without a certificate for other names."""
    if (
        tls is None
        or tls.certificate is None
        or is_name_of(tls.certificate.common_name, names)
    ):
        return tls
    return replace(tls, certificate=None)

"""Compare what connections prove with what the owner of each charge point demands."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from .admission.acquaintance import Acquaintance
from .admission.demands import is_name_of, is_password_due, unmet_level
from .admission.log_ins import LogIn, LogIns
from .model.model import RefusalReason
from .model.security import (
    ClientCertificate,
    ConnectionSecurity,
    PasswordHash,
    SecurityRules,
    TlsFacts,
)
from .security.own_names import bare
from .security.passwords import encoded
from .wire.handshake import Handshake


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
        self.own_issuers: frozenset[str] = frozenset()
        """The names of our own CAs (RFC 4514): what they have signed counts for the
        charge point only that it was issued to."""

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
                self._tls_of_unknown(handshake)
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
        rules, tls = charge_point.security_rules, handshake.tls
        if (
            tls is not None
            and tls.certificate is not None
            and not self._is_named(charge_point, tls.certificate)
            and not rules.ignores_certificate
        ):
            return RefusalReason.CERTIFICATE_OF_ANOTHER
        # One of before, which does not count any more, is as good as none.
        return unmet_level(rules, self._own_tls(charge_point, handshake))

    def _own_tls(
        self, charge_point: Demanding, handshake: Handshake
    ) -> TlsFacts | None:
        """Return what was agreed in TLS, without a certificate that is not its own."""
        tls = handshake.tls
        if tls is None or tls.certificate is None:
            return tls
        if self._is_named(charge_point, tls.certificate) and (
            tls.certificate.issuer not in self.own_issuers
            or tls.certificate.fingerprint in charge_point.security_rules.certificates
        ):
            return tls
        return replace(tls, certificate=None)

    def _is_named(
        self, charge_point: Demanding, certificate: ClientCertificate
    ) -> bool:
        """Return whether a certificate has one of the names of a charge point."""
        name = certificate.common_name
        names = _names(charge_point)
        if not is_name_of(name, names):
            return False
        others = [one for one in self._adopted.values() if one is not charge_point]
        if not is_name_of(name, (charge_point.id,)) and any(
            is_name_of(name, (other.id,)) for other in others
        ):
            # A charge point tells its serial number itself: that is no id of another.
            return False
        # Of two ids that differ in case only, it is that of the one which it spells.
        return bare(name) in map(bare, names) or not any(
            is_name_of(name, _names(other)) for other in others
        )

    def _tls_of_unknown(self, handshake: Handshake) -> TlsFacts | None:
        """Return what was agreed in TLS with a charge point that is not adopted."""
        tls = handshake.tls
        if (
            tls is None
            or tls.certificate is None
            or (
                is_name_of(tls.certificate.common_name, (handshake.charge_point_id,))
                and tls.certificate.issuer not in self.own_issuers
            )
        ):
            return tls
        return replace(tls, certificate=None)


def _names(charge_point: Demanding) -> tuple[str | None, ...]:
    return charge_point.id, charge_point.acquaintance.serial

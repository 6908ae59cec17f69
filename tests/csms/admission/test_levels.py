"""The level that the owner of a charge point demands, on real TLS sockets."""

from collections.abc import AsyncIterator
import ssl
from typing import Any

import pytest
from websockets.exceptions import InvalidMessage, InvalidStatus

from custom_components.ocpp_cs.csms.model.model import Identity, RefusalReason
from custom_components.ocpp_cs.csms.model.security import SecurityLevel, TlsProblem
from custom_components.ocpp_cs.csms.security.passwords import hashed
from tests.csms.guarded import Guarded, certified, listed
from tests.csms.pki import Ca, ca, client_context
from tests.csms.test_central_system import until

NONE, PASSWORD, TLS, CERTIFICATE = SecurityLevel
SECRET = "Zm9vYmFyLWJhel9xdXV4QQ"


@pytest.fixture
async def guarded() -> AsyncIterator[Guarded]:
    """Return a central system with both ports."""
    async with Guarded() as guarded:
        yield guarded


def _context(how: str | None) -> ssl.SSLContext | None:
    """Return how to connect: plain, with TLS, or with a certificate of that name."""
    if how is None:
        return None
    return certified(how) if how else client_context()


@pytest.mark.parametrize(
    ("level", "how", "status", "reason"),
    [
        (NONE, None, 101, None),
        (NONE, "", 101, None),
        (NONE, "CP1", 101, None),
        (NONE, "CP2", 403, RefusalReason.CERTIFICATE_OF_ANOTHER),
        (PASSWORD, None, 401, RefusalReason.NO_PASSWORD),
        (PASSWORD, "", 101, None),
        (PASSWORD, "CP2", 403, RefusalReason.CERTIFICATE_OF_ANOTHER),
        (TLS, None, 426, RefusalReason.NOT_ENCRYPTED),
        (TLS, "", 101, None),
        (TLS, "CP1", 101, None),
        (TLS, "CP2", 403, RefusalReason.CERTIFICATE_OF_ANOTHER),
        (CERTIFICATE, None, 426, RefusalReason.NOT_ENCRYPTED),
        (CERTIFICATE, "", 403, RefusalReason.NO_CERTIFICATE),
        (CERTIFICATE, "CP1", 101, None),
        (CERTIFICATE, "CP2", 403, RefusalReason.CERTIFICATE_OF_ANOTHER),
    ],
)
async def test_nothing_below_the_level_is_accepted(
    guarded: Guarded,
    level: SecurityLevel,
    how: str | None,
    status: int,
    reason: RefusalReason | None,
) -> None:
    charge_point = guarded.adopt(level=level)
    if status == 101:
        async with guarded.dial(tls=_context(how)):
            await until(lambda: charge_point.connected)
            expected = NONE if how is None else CERTIFICATE if how else TLS
            assert charge_point.security.level is expected
        assert guarded.refusals == []
        return
    with pytest.raises(InvalidStatus) as caught:
        await guarded.dial(tls=_context(how))
    response = caught.value.response
    assert response.status_code == status
    assert response.headers.get("Upgrade") == ("TLS/1.2" if status == 426 else None)
    (refusal,) = guarded.refusals
    assert refusal.reason is reason
    is_of_another = reason is RefusalReason.CERTIFICATE_OF_ANOTHER
    assert refusal.common_name == (how if is_of_another else None)


@pytest.mark.parametrize(
    ("name", "serial", "common_name", "status"),
    [
        ("CP1", None, "CP1", 101),
        ("CP1", None, "cp1 ", 101),
        ("CP1", None, "CP10", 403),
        ("CP1", None, " ", 403),
        ("CP1", None, "SN-42", 403),
        ("CP1", "SN-42", "SN-42", 101),
        ("CP1", "SN-42\0\0", "sn-42", 101),
        ("CP1", "SN-42", "SN-43", 403),
        ("CP1", "SN-42", "CP2", 403),
        ("CP1", "SN-42", "SN-OF-CP2", 403),
        # Two ids that differ in case only.
        ("CP2", None, "cp2", 403),
        ("cp2", None, "CP2", 403),
        ("cp2", None, "cp2", 101),
    ],
)
async def test_a_certificate_is_that_of_the_id_or_of_the_serial_number(
    guarded: Guarded, name: str, serial: str | None, common_name: str, status: int
) -> None:
    for other in ("CP1", "CP2", "cp2"):
        guarded.adopt(other)
    guarded.central_system.charge_points["CP2"].recall_identity(
        Identity(serial="SN-OF-CP2")
    )
    charge_point = guarded.central_system.charge_points[name]
    if serial is not None:
        charge_point.recall_identity(Identity(serial=serial))
    assert await guarded.status(name, tls=certified(common_name)) == status


async def test_a_serial_number_that_is_only_told_is_none(guarded: Guarded) -> None:
    """Somebody else says it, and has a certificate with it."""
    charge_point = guarded.adopt()
    charge_point.acquaintance.recall("127.0.0.9")
    async with guarded.dial():
        await until(lambda: charge_point.connected)
        assert not charge_point.acquaintance.is_known
        charge_point.acquaintance.told(Identity(serial="SN-43"), "SN-43")
        assert charge_point.identity.serial == "SN-43"
        assert await guarded.status(tls=certified("SN-43")) == 403


async def test_a_certificate_of_nobody_whom_we_trust(guarded: Guarded) -> None:
    guarded.adopt()
    with pytest.raises((OSError, EOFError, InvalidMessage)):
        await guarded.dial(tls=certified("CP1", Ca("Somebody")))
    (refusal,) = guarded.refusals
    assert refusal.reason is RefusalReason.TLS_FAILED
    assert refusal.tls_problem is TlsProblem.CLIENT_UNKNOWN_CA


async def test_who_is_not_adopted_may_show_any_certificate(guarded: Guarded) -> None:
    """Its serial number is not known yet, so it proves nothing."""
    for name, level in (("CP1", CERTIFICATE), ("SN-42", TLS)):
        async with guarded.dial(tls=certified(name)):
            await until(lambda: "CP1" in guarded.central_system.pending)
            charge_point = guarded.central_system.pending["CP1"]
            assert charge_point.security.level is level
        await until(lambda: "CP1" not in guarded.central_system.pending)


async def test_a_certificate_stands_for_a_password(guarded: Guarded) -> None:
    charge_point = guarded.adopt(
        level=TLS, password_needed=True, passwords=(hashed("x"),)
    )
    assert await guarded.status(tls=client_context()) == 401
    async with guarded.dial(tls=certified("CP1")):
        await until(lambda: charge_point.connected)
        assert charge_point.security.level is CERTIFICATE
        assert not charge_point.security.with_password


async def test_a_certificate_is_as_good_as_a_secret(guarded: Guarded) -> None:
    guarded.central_system.secret_needed = True
    charge_point = guarded.adopt(secret=SECRET, level=TLS)
    # Encryption alone proves nothing.
    assert await guarded.status(tls=client_context()) == 404
    assert await guarded.status(f"{SECRET}/CP1", tls=client_context()) == 101
    assert await guarded.status(tls=certified("CP2")) == 404
    async with guarded.dial(tls=certified("CP1")):
        await until(lambda: charge_point.connected)
        assert charge_point.came_with_proof
        assert not charge_point.came_with_secret


@pytest.mark.parametrize("proof", [{"tls": "CP1"}, {"path": f"{SECRET}/CP1"}])
async def test_who_has_a_proof_takes_over(
    guarded: Guarded, proof: dict[str, Any]
) -> None:
    charge_point = guarded.adopt(secret=SECRET)
    if "tls" in proof:
        proof = {"tls": certified(proof["tls"])}
    async with guarded.dial(address="127.0.0.2", tls=client_context()):
        await until(lambda: charge_point.connected)
        async with guarded.dial(**proof, address="127.0.0.3"):
            await until(lambda: charge_point.remote == "127.0.0.3")
            assert charge_point.acquaintance.is_known
            async with guarded.dial(address="127.0.0.2") as other:
                await other.wait_closed()
                assert other.close_code == 1008


async def test_an_encrypted_port_comes_and_goes(guarded: Guarded) -> None:
    central_system = guarded.central_system
    charge_point = guarded.adopt()
    async with guarded.dial(tls=client_context()) as connection:
        await until(lambda: charge_point.connected)
        await central_system.close_tls()
        assert central_system.tls_port is None
        await (await connection.ping())
        assert charge_point.connected
    await central_system.listen_tls(0)
    assert await guarded.status(tls=client_context()) == 101
    assert central_system.tls is not None
    central_system.tls = None
    with pytest.raises((OSError, EOFError, InvalidMessage)):
        await guarded.dial(tls=client_context())


async def test_a_certificate_of_another_may_be_ignored(guarded: Guarded) -> None:
    """Its owner knows the name; it is no proof all the same."""
    charge_point = guarded.adopt(level=TLS, ignores_certificate=True)
    async with guarded.dial(tls=certified("CP2")):
        await until(lambda: charge_point.connected)
        assert charge_point.security.level is TLS
        assert not charge_point.came_with_proof
    guarded.adopt(level=CERTIFICATE, ignores_certificate=True)
    assert await guarded.status(tls=certified("CP2")) == 403


# Certificates of our own CA.


async def _status(guarded: Guarded, context: ssl.SSLContext, **rules: Any) -> int:
    guarded.adopt(**rules)
    return await guarded.status(tls=context)


async def test_a_certificate_of_our_own_counts_only_if_it_was_issued_to_it(
    guarded: Guarded,
) -> None:
    context, fingerprint = listed("CP1")
    here = frozenset({fingerprint})
    own = frozenset({ca().certificate.subject.rfc4514_string()})
    strict: dict[str, Any] = {"level": CERTIFICATE}
    assert await _status(guarded, context, **strict) == 101
    guarded.central_system.own_issuers = own
    assert await _status(guarded, context, **strict) == 403
    assert guarded.reasons == [RefusalReason.NO_CERTIFICATE]
    assert await _status(guarded, context, **strict, certificates=here) == 101
    _, another = listed("CP1")
    other = frozenset({another})
    assert await _status(guarded, context, **strict, certificates=other) == 403
    # Elsewhere it is as good as none: it neither opens the door nor closes it.
    with_password: dict[str, Any] = {
        "level": TLS,
        "password_needed": True,
        "passwords": (hashed("x"),),
    }
    assert await _status(guarded, context, **with_password) == 401
    assert await _status(guarded, context, **with_password, certificates=here) == 101
    charge_point = guarded.adopt()
    for rules, level in (({}, TLS), ({"certificates": here}, CERTIFICATE)):
        guarded.adopt(**rules)
        async with guarded.dial(tls=context):
            await until(lambda: charge_point.connected)
            assert charge_point.security.level is level
            assert charge_point.came_with_proof is bool(rules)
        await until(lambda: not charge_point.connected)


async def test_a_certificate_of_our_own_proves_no_unknown_id(guarded: Guarded) -> None:
    """It may have been issued to one that was removed, or at another server."""
    issuer = ca().certificate.subject.rfc4514_string()
    guarded.central_system.own_issuers = frozenset({issuer})
    async with guarded.dial(tls=certified("CP1")):
        await until(lambda: "CP1" in guarded.central_system.pending)
        assert guarded.central_system.pending["CP1"].security.level is TLS
        charge_point = guarded.adopt()
        assert not charge_point.security.is_proof


@pytest.mark.parametrize("serial", ["CP1\0", " cp1", "CP1\u00a0", "CP1\x0b"])
async def test_no_charge_point_gets_a_name_of_another(
    guarded: Guarded, serial: str
) -> None:
    """By a serial number that is that name, but for a byte that does not count."""
    guarded.adopt()
    evil = guarded.adopt("CP2")
    evil.recall_identity(Identity(serial=serial))
    assert await guarded.status("CP2", tls=certified("cp1")) == 403
    assert await guarded.status("CP1", tls=certified("CP1")) == 101

"""Passwords of charge points, on the wire: who comes in, and what it costs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
import logging
import threading
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from custom_components.ocpp_cs.csms.admission import log_ins
from custom_components.ocpp_cs.csms.admission.log_ins import LogIn, LogIns
from custom_components.ocpp_cs.csms.admission.waiting_room import MOST_IDS
from custom_components.ocpp_cs.csms.model.model import Admission, RefusalReason
from custom_components.ocpp_cs.csms.model.security import PasswordHash, SecurityLevel
from custom_components.ocpp_cs.csms.security.passwords import hashed, matches
from tests.csms.guarded import Guarded
from tests.csms.pki import client_context
from tests.csms.test_central_system import until

HEX = "0123456789abcdef0123456789ABCDEF01234567"
PASSWORD = hashed(HEX)
OTHER_HEX = "76543210" * 5
OTHER = hashed(OTHER_HEX)
NO_PASSWORD, WRONG_PASSWORD = RefusalReason.NO_PASSWORD, RefusalReason.WRONG_PASSWORD


class Checks:
    """What was hashed, and in which threads; it can be held up."""

    def __init__(self) -> None:
        """Let everything pass."""
        self.count = 0
        self.threads: set[int] = set()
        self.free = threading.Event()
        self.free.set()
        self.begun = threading.Event()

    def matches(self, given: bytes, *accepted: PasswordHash) -> bool:
        """Stand in for `matches`."""
        self.count += len(accepted)
        self.threads.add(threading.get_ident())
        self.begun.set()
        assert self.free.wait(10)
        return matches(given, *accepted)

    @contextmanager
    def cost(self, count: int) -> Iterator[None]:
        """Expect so many hashes."""
        before = self.count
        yield
        assert self.count - before == count


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Checks:
    """Return what is hashed."""
    checks = Checks()
    monkeypatch.setattr(log_ins, "matches", checks.matches)
    return checks


@pytest.fixture
async def guarded(checks: Checks) -> AsyncIterator[Guarded]:
    """Return a central system with both ports."""
    async with Guarded() as guarded:
        yield guarded


@pytest.mark.parametrize(
    ("password", "sent"),
    [
        (HEX, bytes.fromhex(HEX)),
        (HEX, HEX),
        (HEX, HEX.upper()),
        ("swordfish: käse", "swordfish: käse"),
    ],
)
async def test_a_password_in_each_of_its_forms(
    guarded: Guarded, checks: Checks, password: str, sent: str | bytes
) -> None:
    stored = hashed(password)
    charge_point = guarded.adopt(level=SecurityLevel.PASSWORD, passwords=(stored,))
    async with guarded.dial(password=sent):
        await until(lambda: charge_point.connected)
        assert charge_point.security.level is SecurityLevel.PASSWORD
        assert charge_point.security.with_password
        assert charge_point.security.password == stored
        assert charge_point.came_with_proof
        assert not charge_point.came_with_secret
    assert guarded.reasons == []
    assert threading.get_ident() not in checks.threads


@pytest.mark.parametrize("level", [SecurityLevel.NONE, SecurityLevel.PASSWORD])
@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (None, NO_PASSWORD),
        (b"", WRONG_PASSWORD),
        (OTHER_HEX, WRONG_PASSWORD),
        (HEX[:-1], WRONG_PASSWORD),
        (b"\xff" * 20, WRONG_PASSWORD),
        ("x" * 3000, WRONG_PASSWORD),
    ],
)
async def test_nobody_comes_in_without_the_password(
    guarded: Guarded, level: SecurityLevel, sent: Any, reason: RefusalReason
) -> None:
    guarded.adopt(level=level, password_needed=True, passwords=(PASSWORD,))
    with pytest.raises(InvalidStatus) as caught:
        await guarded.dial(password=sent)
    assert caught.value.response.status_code == 401
    assert caught.value.response.headers["WWW-Authenticate"] == 'Basic realm="OCPP"'
    assert [(one.reason, one.charge_point_id) for one in guarded.refusals] == [
        (reason, "CP1")
    ]
    assert guarded.central_system.refused == {"CP1": 1}


@pytest.mark.parametrize(
    ("user", "kind"),
    [
        ("", "user_empty"),
        ("cp1", "user_in_other_case"),
        ("%43P1", "user_encoded"),
        ("CP2", "user_is_another"),
        (" CP1", "user_is_another"),
    ],
)
async def test_the_user_has_to_be_the_id(
    guarded: Guarded, checks: Checks, user: str, kind: str
) -> None:
    charge_point = guarded.adopt(level=SecurityLevel.PASSWORD, passwords=(PASSWORD,))
    with checks.cost(0):
        assert await guarded.status(password=HEX, user=user) == 401
    assert guarded.reasons == [WRONG_PASSWORD]
    assert charge_point.deviations.counts == {kind: 1}
    # It could not come in with that password either.
    assert guarded.central_system.wrong_password("CP1", "127.0.0.1") is None


async def test_every_password_is_wrong_where_none_is_right(guarded: Guarded) -> None:
    guarded.adopt(password_needed=True)
    assert await guarded.status(password=HEX) == 401
    assert guarded.reasons == [WRONG_PASSWORD]


async def test_where_none_is_needed_a_wrong_one_does_not_matter(
    guarded: Guarded,
) -> None:
    charge_point = guarded.adopt(passwords=(PASSWORD,))
    for sent, is_right in ((OTHER_HEX, False), (HEX, True), (None, False)):
        async with guarded.dial(password=sent):
            await until(lambda: charge_point.connected)
            assert charge_point.security.with_password is is_right
            assert charge_point.came_with_proof is is_right
        await until(lambda: not charge_point.connected)
    assert guarded.reasons == []


async def test_plain_connections_without_passwords_cost_nothing(
    guarded: Guarded, checks: Checks
) -> None:
    guarded.adopt()
    with checks.cost(0):
        assert await guarded.status() == 101
        assert await guarded.status(password=HEX) == 101
        assert await guarded.status("CP2", HEX) == 101


async def test_what_was_right_is_recognised(guarded: Guarded, checks: Checks) -> None:
    rules: dict[str, Any] = {"level": SecurityLevel.PASSWORD}
    guarded.adopt(**rules, passwords=(PASSWORD,))
    with checks.cost(1):
        assert await guarded.status(password=bytes.fromhex(HEX)) == 101
        for _ in range(5):
            assert await guarded.status(password=bytes.fromhex(HEX)) == 101
    # It is, too, while another one is on its way.
    guarded.adopt(**rules, passwords=(OTHER, PASSWORD))
    with checks.cost(0):
        assert await guarded.status(password=bytes.fromhex(HEX)) == 101
    # One that is dropped is not recognised any more.
    guarded.adopt(**rules, passwords=(OTHER,))
    assert await guarded.status(password=bytes.fromhex(HEX)) == 401
    # Nor is that of another one.
    guarded.adopt("CP2", **rules, passwords=(OTHER,))
    assert await guarded.status("CP2", bytes.fromhex(HEX)) == 401
    assert guarded.reasons == [WRONG_PASSWORD, WRONG_PASSWORD]


async def test_old_passwords_do_not_pile_up() -> None:
    ins = LogIns()
    for password in (HEX, OTHER_HEX):
        attempt = LogIn(
            charge_point_id="CP1",
            remote="",
            password=password.encode(),
            accepted=(PASSWORD,) if password == HEX else (OTHER,),
        )
        await ins.check(attempt)
        assert ins.recognised(attempt)
    assert list(ins._right["CP1"]) == [OTHER]
    await ins.close()


async def test_one_that_was_removed_is_forgotten(
    guarded: Guarded, checks: Checks
) -> None:
    rules: dict[str, Any] = {
        "level": SecurityLevel.PASSWORD,
        "passwords": (PASSWORD,),
    }
    guarded.adopt(**rules)
    assert await guarded.status(password=HEX) == 101
    assert await guarded.status(password=OTHER_HEX) == 401
    assert guarded.central_system.wrong_password("CP1", "127.0.0.1")
    await guarded.central_system.forget("CP1")
    assert guarded.central_system.wrong_password("CP1", "127.0.0.1") is None
    guarded.adopt(**rules)
    with checks.cost(1):
        assert await guarded.status(password=HEX) == 101


async def test_a_wrong_one_that_is_repeated_costs_nothing(
    guarded: Guarded, checks: Checks
) -> None:
    guarded.adopt(level=SecurityLevel.PASSWORD, passwords=(PASSWORD,))
    assert await guarded.status(password=OTHER_HEX) == 401
    with checks.cost(0):
        for _ in range(2 * MOST_IDS):
            assert await guarded.status(password=OTHER_HEX) == 401
    # It does not count as a guess, so that the right one is still checked.
    assert await guarded.status(password=HEX) == 101
    # Once it is the right one, it is right.
    guarded.adopt(level=SecurityLevel.PASSWORD, passwords=(OTHER,))
    assert await guarded.status(password=OTHER_HEX) == 101


async def _guess(guarded: Guarded, path: str, count: int, address: str) -> None:
    for number in range(count):
        assert await guarded.status(path, f"guess {number}", address=address) == 401


async def test_who_guesses_costs_little(guarded: Guarded, checks: Checks) -> None:
    charge_point = guarded.adopt(level=SecurityLevel.PASSWORD, passwords=(PASSWORD,))
    charge_point.acquaintance.recall("127.0.0.1")
    with checks.cost(2 * (MOST_IDS + 1)):
        await _guess(guarded, "CP1", 2 * MOST_IDS, "127.0.0.2")
    # Not even the right one is tried from there, but from anywhere else.
    with checks.cost(0):
        assert await guarded.status(password=HEX, address="127.0.0.2") == 401
    assert await guarded.status(password=HEX, address="127.0.0.3") == 101
    # Then it is recognised, wherever it comes from.
    with checks.cost(0):
        assert await guarded.status(password=HEX, address="127.0.0.2") == 101


async def test_guesses_from_its_own_address_cost_nobody_its_place(
    guarded: Guarded, checks: Checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_ins, "_PAUSE", 0.001)
    for name in ("CP1", "CP2"):
        charge_point = guarded.adopt(
            name, level=SecurityLevel.PASSWORD, passwords=(PASSWORD,)
        )
        charge_point.acquaintance.recall("127.0.0.2")
    await _guess(guarded, "CP1", MOST_IDS + 5, "127.0.0.2")
    for name in ("CP1", "CP2"):
        assert await guarded.status(name, HEX, address="127.0.0.2") == 101


async def test_guesses_from_its_own_address_are_checked_one_by_one(
    checks: Checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_ins, "_PAUSE", 0.001)
    ins = LogIns()

    def log_in(password: str, **more: Any) -> LogIn:
        return LogIn(
            charge_point_id="CP1",
            remote="192.0.2.1",
            password=password.encode(),
            accepted=(PASSWORD,),
            at_home=True,
            **more,
        )

    for number in range(MOST_IDS + 1):
        await ins.check(log_in(f"wrong {number}"))
    checks.free.clear()
    checks.begun.clear()
    before = checks.count
    guesses = [
        asyncio.create_task(ins.check(log_in(f"guess {number}"))) for number in range(6)
    ]
    right = asyncio.create_task(ins.check(log_in(HEX)))
    await until(checks.begun.is_set)
    # The others wait for the first, and do not fill the threads.
    await asyncio.sleep(0.05)
    assert checks.count == before + 1
    checks.free.set()
    await right
    assert all(one.done() for one in guesses)
    assert ins.recognised(log_in(HEX)) == PASSWORD
    await ins.close()


async def test_only_so_many_wait(
    checks: Checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_ins, "_MOST_WAITING", 5)
    ins = LogIns()
    checks.free.clear()
    attempts = [
        LogIn(
            charge_point_id="CP1",
            remote=f"192.0.2.{number}",
            password=HEX.encode(),
            accepted=(PASSWORD,),
        )
        for number in range(7)
    ]
    tasks = [asyncio.create_task(ins.check(one)) for one in attempts]
    await until(lambda: sum(task.done() for task in tasks) == 2)
    assert not ins.may_try(attempts[0])
    checks.free.set()
    await asyncio.gather(*tasks)
    assert ins.may_try(attempts[0])
    assert checks.count == 5
    await ins.close()


async def test_an_attempt_that_is_given_up_leaves_its_place(checks: Checks) -> None:
    ins = LogIns()
    checks.free.clear()
    attempt = LogIn(
        charge_point_id="CP1", remote="", password=b"x", accepted=(PASSWORD,)
    )
    for _ in range(log_ins._MOST_WAITING + 5):
        task = asyncio.create_task(ins.check(attempt))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    assert ins.may_try(attempt)
    checks.free.set()
    await ins.close()


async def test_who_closes_at_once_is_counted_all_the_same(
    guarded: Guarded, checks: Checks
) -> None:
    """It must neither keep the threads busy, nor guess as often as it likes."""
    charge_point = guarded.adopt(level=SecurityLevel.PASSWORD, passwords=(PASSWORD,))
    charge_point.acquaintance.recall("127.0.0.1")
    for number in range(3 * MOST_IDS):
        checks.free.clear()
        checks.begun.clear()
        task = asyncio.create_task(
            guarded.status(password=f"guess {number}", address="127.0.0.2")
        )
        await until(lambda task=task: checks.begun.is_set() or task.done())
        task.cancel()
        await asyncio.wait([task])
        # The server sees the end.
        await asyncio.sleep(0.02)
        checks.free.set()
        await until(lambda: not guarded.log_ins._waiting)
    assert checks.count == 2 * (MOST_IDS + 1)
    assert guarded.log_ins.checked == MOST_IDS + 1
    assert await guarded.status(password=HEX, address="127.0.0.2") == 401
    assert await guarded.status(password=HEX, address="127.0.0.3") == 101


async def test_who_went_before_its_turn_has_no_place(
    guarded: Guarded, checks: Checks
) -> None:
    """One from each address is checked at a time; the others hold up nobody."""
    guarded.adopt(level=SecurityLevel.PASSWORD, passwords=(PASSWORD,))
    checks.free.clear()
    tasks = [
        asyncio.create_task(
            guarded.status(password=f"guess {number}", address="127.0.0.2")
        )
        for number in range(4)
    ]
    await until(lambda: guarded.log_ins._waiting == 4)
    right = asyncio.create_task(guarded.status(password=HEX, address="127.0.0.3"))
    # The second thread is free for it.
    await until(lambda: checks.count == 2)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    # Those whose turn has not come are gone, and cost nothing.
    await until(lambda: guarded.log_ins._waiting == 2)
    checks.free.set()
    assert await right == 101
    await until(lambda: not guarded.log_ins._waiting)
    assert guarded.log_ins.checked == 2


async def test_who_closes_at_once_does_not_skip_the_pause(checks: Checks) -> None:
    ins = LogIns()

    def log_in(password: str) -> LogIn:
        return LogIn(
            charge_point_id="CP1",
            remote="192.0.2.1",
            password=password.encode(),
            accepted=(PASSWORD,),
            at_home=True,
        )

    for number in range(MOST_IDS + 1):
        await ins.check(log_in(f"wrong {number}"))
    before = ins.checked
    first = asyncio.create_task(ins.check(log_in("first")))
    await until(lambda: ins.checked == before + 1)
    first.cancel()
    await asyncio.wait([first])
    second = asyncio.create_task(ins.check(log_in("second")))
    await asyncio.sleep(0.05)
    assert ins.checked == before + 1
    # It does not outlast the end either.
    await ins.close()
    await asyncio.wait([second])
    assert ins.checked == before + 1
    assert not ins._running
    assert not ins._waiting


# Those that are not adopted.


@pytest.mark.parametrize("unknown", [Admission.PENDING, Admission.REFUSED])
async def test_unknown_ones_need_their_password(
    guarded: Guarded, checks: Checks, unknown: Admission
) -> None:
    guarded.unknown = unknown
    allowed = 101 if unknown is Admission.PENDING else 404
    assert await guarded.status() == allowed
    guarded.central_system.unknown_password = PASSWORD
    assert await guarded.status() == 401
    assert await guarded.status(password=OTHER_HEX) == 401
    assert await guarded.status(password=HEX, user="CP2") == 401
    assert guarded.reasons == [NO_PASSWORD, WRONG_PASSWORD, WRONG_PASSWORD]
    assert await guarded.status(password=HEX) == allowed
    # It is the same for all of them.
    with checks.cost(0):
        assert await guarded.status("CP2", HEX) == allowed
    assert guarded.central_system.wrong_password("CP1", "127.0.0.1") is None
    guarded.central_system.unknown_password = None
    assert await guarded.status() == allowed


async def test_the_password_of_unknown_ones_proves_no_id(guarded: Guarded) -> None:
    guarded.central_system.unknown_password = PASSWORD
    async with guarded.dial(password=HEX):
        await until(lambda: "CP1" in guarded.central_system.pending)
        charge_point = guarded.central_system.pending["CP1"]
        assert not charge_point.security.with_password
        guarded.adopt()
        assert not charge_point.came_with_proof
    # Nor does it open what is adopted.
    guarded.adopt(level=SecurityLevel.PASSWORD, passwords=(OTHER,))
    assert await guarded.status(password=HEX) == 401


async def test_who_is_expected_needs_no_password(guarded: Guarded) -> None:
    central_system = guarded.central_system
    central_system.unknown_password = PASSWORD
    central_system.open_id("CP1", 60)
    guarded.awaited.add("CP2")
    stop = central_system.await_secret("Zm9vYmFyLWJhel9xdXV4QQ")
    assert await guarded.status("CP1") == 101
    assert await guarded.status("CP2") == 101
    assert await guarded.status("Zm9vYmFyLWJhel9xdXV4QQ/CP3") == 101
    stop()
    assert await guarded.status("Zm9vYmFyLWJhel9xdXV4QQ/CP3") == 401
    assert await guarded.status("CP4") == 401


@pytest.mark.parametrize("sent", [HEX, "wrong", b"\x00" * 20])
@pytest.mark.parametrize("secret_needed", [False, True])
async def test_unknown_ones_cannot_be_told_apart(
    guarded: Guarded, checks: Checks, sent: str | bytes, secret_needed: bool
) -> None:
    """Neither by the status nor by what is done for it, whatever they have."""
    guarded.central_system.secret_needed = secret_needed
    guarded.central_system.unknown_password = OTHER
    status = 404 if secret_needed else 401
    third = hashed("another")
    guarded.adopt("CP1", level=SecurityLevel.PASSWORD, passwords=(third,))
    guarded.adopt("CP2", level=SecurityLevel.PASSWORD, passwords=(OTHER, third))
    guarded.adopt("CP3", password_needed=True)
    for name in ("CP1", "CP2", "CP3", "CP4", "CP5"):
        assert await guarded.status(name, address="127.0.0.9") == status
        with checks.cost(2):
            assert await guarded.status(name, sent, address="127.0.0.9") == status


# What a password stands for.


async def test_a_password_is_as_good_as_a_secret(guarded: Guarded) -> None:
    central_system = guarded.central_system
    central_system.secret_needed = True
    secret = "Zm9vYmFyLWJhel9xdXV4QQ"
    charge_point = guarded.adopt(
        secret=secret, level=SecurityLevel.PASSWORD, passwords=(PASSWORD,)
    )
    assert await guarded.status() == 404
    assert await guarded.status(password=OTHER_HEX) == 404
    assert guarded.reasons == [RefusalReason.NO_SECRET] * 2
    assert await guarded.status(f"{secret}/CP1") == 401
    central_system.secret_needed = False
    async with guarded.dial(password=HEX) as connection:
        await until(lambda: charge_point.connected)
        central_system.secret_needed = True
        await connection.ping()
        await asyncio.sleep(0.05)
        assert charge_point.connected
    assert await guarded.status(password=HEX) == 101


async def test_who_has_no_proof_is_sent_away_when_one_is_needed(
    guarded: Guarded,
) -> None:
    charge_point = guarded.adopt(passwords=(PASSWORD,))
    async with guarded.dial(password=OTHER_HEX) as connection:
        await until(lambda: charge_point.connected)
        guarded.central_system.secret_needed = True
        await connection.wait_closed()


async def test_who_has_the_password_takes_over(guarded: Guarded) -> None:
    charge_point = guarded.adopt(passwords=(PASSWORD,))
    async with guarded.dial(address="127.0.0.2"):
        await until(lambda: charge_point.connected)
        assert charge_point.acquaintance.open_rank == 2
        async with guarded.dial(password=HEX, address="127.0.0.3") as known:
            await until(lambda: charge_point.remote == "127.0.0.3")
            assert charge_point.acquaintance.is_known
            assert charge_point.acquaintance.open_rank == 3
            # Nobody takes over from it without.
            async with guarded.dial(address="127.0.0.2") as other:
                await other.wait_closed()
                assert other.close_code == 1008
            await known.ping()
            assert charge_point.remote == "127.0.0.3"


async def test_rules_apply_to_later_connections(guarded: Guarded) -> None:
    charge_point = guarded.adopt()
    async with guarded.dial() as connection:
        await until(lambda: charge_point.connected)
        guarded.adopt(level=SecurityLevel.PASSWORD, passwords=(PASSWORD,))
        pong = await connection.ping()
        await pong
        assert charge_point.connected
    assert await guarded.status() == 401


# What changes meanwhile.


async def _while_checked(
    guarded: Guarded, checks: Checks, change: Callable[[], Any]
) -> int:
    """Return the status of a right password, if `change` comes while it is checked."""
    checks.free.clear()
    checks.begun.clear()
    task = asyncio.create_task(guarded.status(password=HEX))
    await until(checks.begun.is_set)
    result = change()
    if asyncio.iscoroutine(result):
        await result
    checks.free.set()
    return await task


async def test_a_password_that_is_dropped_while_it_is_checked(
    guarded: Guarded, checks: Checks
) -> None:
    rules: dict[str, Any] = {"level": SecurityLevel.PASSWORD}
    guarded.adopt(**rules, passwords=(PASSWORD,))
    status = await _while_checked(
        guarded, checks, lambda: guarded.adopt(**rules, passwords=(OTHER,))
    )
    assert status == 401
    assert guarded.reasons == [WRONG_PASSWORD]


async def test_a_level_that_rises_while_a_password_is_checked(
    guarded: Guarded, checks: Checks
) -> None:
    guarded.adopt(level=SecurityLevel.PASSWORD, passwords=(PASSWORD,))
    status = await _while_checked(
        guarded,
        checks,
        lambda: guarded.adopt(level=SecurityLevel.TLS, passwords=(PASSWORD,)),
    )
    assert status == 426


async def test_one_that_is_removed_while_its_password_is_checked(
    guarded: Guarded, checks: Checks
) -> None:
    guarded.adopt(level=SecurityLevel.PASSWORD, passwords=(PASSWORD,))
    guarded.unknown = Admission.REFUSED
    status = await _while_checked(
        guarded, checks, lambda: guarded.central_system.forget("CP1")
    )
    assert status == 404


async def test_one_that_is_removed_and_added_while_its_password_is_checked(
    guarded: Guarded, checks: Checks
) -> None:
    async def again() -> None:
        await guarded.central_system.forget("CP1")
        guarded.adopt(level=SecurityLevel.PASSWORD, passwords=(OTHER,))

    guarded.adopt(level=SecurityLevel.PASSWORD, passwords=(PASSWORD,))
    assert await _while_checked(guarded, checks, again) == 401


async def test_rules_that_change_before_it_is_served(guarded: Guarded) -> None:
    """The open connection is asked whether it lives, which takes a while."""
    charge_point = guarded.adopt()
    charge_point.acquaintance.recall("127.0.0.2")
    async with guarded.dial(address="127.0.0.2") as first:
        await until(lambda: charge_point.connected)
        first.transport.pause_reading()
        async with guarded.dial(address="127.0.0.3") as second:
            guarded.adopt(level=SecurityLevel.PASSWORD, passwords=(PASSWORD,))
            async with asyncio.timeout(60):
                await second.wait_closed()
            assert second.close_code == 1008
            assert charge_point.remote == "127.0.0.2"
        first.transport.abort()


# What is kept of wrong ones.


async def test_the_last_wrong_password_is_kept(guarded: Guarded) -> None:
    central_system = guarded.central_system
    guarded.adopt(level=SecurityLevel.PASSWORD, passwords=(PASSWORD,))
    for sent in (b"first", b"\xff\x00second"):
        assert await guarded.status(password=sent, address="127.0.0.2") == 401
    assert await guarded.status(password=b"third", address="127.0.0.3") == 401
    assert central_system.wrong_password("CP1", "127.0.0.2") == b"\xff\x00second"
    assert central_system.wrong_password("CP1", "127.0.0.3") == b"third"
    assert central_system.wrong_password("CP1", "127.0.0.4") is None
    assert central_system.wrong_password("CP2", "127.0.0.2") is None
    # With a right one it is of no use any more.
    assert await guarded.status(password=HEX, address="127.0.0.4") == 101
    assert central_system.wrong_password("CP1", "127.0.0.2") is None
    assert central_system.wrong_password("CP1", "127.0.0.3") is None
    # That holds for one that is recognised as well.
    assert await guarded.status(password=b"first", address="127.0.0.2") == 401
    assert central_system.wrong_password("CP1", "127.0.0.2") == b"first"
    assert await guarded.status(password=HEX) == 101
    await until(lambda: central_system.wrong_password("CP1", "127.0.0.2") is None)


async def test_a_wrong_password_is_dropped_after_an_hour(
    checks: Checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_ins, "REMEMBERED", 0.1)
    ins = LogIns()
    await ins.check(
        LogIn(charge_point_id="A", remote="", password=b"x", accepted=(PASSWORD,))
    )
    assert ins.wrong_password("A", "") == b"x"
    await until(lambda: ins.wrong_password("A", "") is None)
    await ins.close()


async def test_few_wrong_passwords_are_kept(
    checks: Checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_ins, "_MOST_KEPT", 3)
    ins = LogIns()
    for number in range(5):
        await ins.check(
            LogIn(
                charge_point_id="A",
                remote=f"192.0.2.{number}",
                password=b"x",
                accepted=(PASSWORD,),
            )
        )
    kept = [ins.wrong_password("A", f"192.0.2.{number}") for number in range(5)]
    assert kept == [None, None, b"x", b"x", b"x"]
    await ins.close()
    assert ins.wrong_password("A", "192.0.2.4") is None


async def test_passwords_are_shown_nowhere(
    guarded: Guarded, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    charge_point = guarded.adopt(level=SecurityLevel.PASSWORD, passwords=(PASSWORD,))
    for sent in ("swordfish", b"\xffswordfish", HEX):
        await guarded.status(password=sent)
    await guarded.status(password="swordfish", user="swordfish")
    shown = "\n".join(
        (
            caplog.text,
            *map(repr, guarded.refusals),
            repr(charge_point.deviations.counts),
            repr(charge_point.security),
            repr(charge_point.security_rules),
            repr(
                LogIn(
                    charge_point_id="A",
                    remote="",
                    password=b"swordfish",
                    accepted=(PASSWORD,),
                )
            ),
        )
    )
    # The client's log has the header.
    ours = "\n".join(
        line for line in shown.splitlines() if "Authorization:" not in line
    )
    assert "swordfish" not in ours
    assert HEX.lower() not in ours.lower()


async def test_a_password_over_tls(guarded: Guarded) -> None:
    charge_point = guarded.adopt(
        level=SecurityLevel.TLS, password_needed=True, passwords=(PASSWORD,)
    )
    tls = client_context()
    assert await guarded.status(tls=tls) == 401
    assert await guarded.status(password=OTHER_HEX, tls=tls) == 401
    assert guarded.reasons == [NO_PASSWORD, WRONG_PASSWORD]
    async with guarded.dial(password=HEX, tls=tls):
        await until(lambda: charge_point.connected)
        assert charge_point.security.level is SecurityLevel.TLS
        assert charge_point.security.with_password
        assert charge_point.security.tls is not None

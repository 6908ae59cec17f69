"""HTTP Basic authentication: what the charger sends, and how its password changes."""

from base64 import b64decode
from typing import Any

import pytest

from simulator import Bender, Faults, Generic, SecuritySettings
from tests.simulator.central import Central
from tests.simulator.helpers import FAST

KEY = "00112233445566778899AABBCCDDEEFF01234567"
OTHER = "FFEEDDCCBBAA99887766554433221100FFEEDDCC"


def make(central: Central, **options: Any) -> Generic:
    return Generic(central.url, "CP", **(FAST | options))


def password(central: Central, number: int = -1) -> bytes | None:
    """What came after the colon with a connection; None if there was no header."""
    value = central.headers[number].get("Authorization")
    if value is None:
        return None
    user, _, found = b64decode(value.removeprefix("Basic ")).partition(b":")
    assert user == b"CP"
    return found


async def change(central: Central, value: str) -> str:
    answer = await central.ask(
        "ChangeConfiguration", {"key": "AuthorizationKey", "value": value}
    )
    return str(answer["status"])


async def come_back(central: Central, charger: Generic, before: int) -> None:
    await central.wait(lambda: len(central.paths) > before)
    await charger.wait_accepted()


@pytest.mark.parametrize(
    ("form", "key", "sent"),
    [
        ("raw", KEY, bytes.fromhex(KEY)),
        ("raw", KEY[:32].lower(), bytes.fromhex(KEY[:32])),
        ("hex", KEY, KEY.encode()),
        ("text", "öffne dich", "öffne dich".encode()),
    ],
)
async def test_new_password_at_the_next_connection(
    central: Central, form: Any, key: str, sent: bytes
) -> None:
    settings = SecuritySettings(profile=1, password_form=form)
    async with make(central, password="old", security=settings) as charger:
        await charger.wait_idle()
        assert password(central) == b"old"
        assert await change(central, key) == "Accepted"
        await come_back(central, charger, 1)
        assert password(central) == sent
        # It cannot be read.
        answer = await central.ask("GetConfiguration", {"key": ["AuthorizationKey"]})
        assert answer["configurationKey"] == [
            {"key": "AuthorizationKey", "readonly": False}
        ]


@pytest.mark.parametrize(
    "key", ["", "no digits at all!", KEY[:30], KEY + "00", "0" * 39]
)
async def test_no_password_of_20_bytes(central: Central, key: str) -> None:
    async with make(
        central, password="old", security=SecuritySettings(profile=1)
    ) as charger:
        await charger.wait_idle()
        assert await change(central, key) == "Rejected"
        await charger.drop()
        await charger.reconnect()
        assert password(central) == b"old"


async def test_password_is_kept_for_a_higher_profile(central: Central) -> None:
    """With profile 0 a password is stored, but not sent."""
    async with make(central) as charger:
        await charger.wait_idle()
        assert await change(central, KEY) == "Accepted"
        await charger.drop()
        await charger.reconnect()
        assert [password(central, n) for n in range(2)] == [None, None]
        await charger.wait_idle()
        answer = await central.ask(
            "ChangeConfiguration", {"key": "SecurityProfile", "value": "1"}
        )
        assert answer == {"status": "Accepted"}
        await come_back(central, charger, 2)
        assert password(central) == bytes.fromhex(KEY)


async def test_without_the_extension_a_password_is_used_at_once(
    central: Central,
) -> None:
    settings = SecuritySettings(extension=False)
    async with make(central, security=settings) as charger:
        await charger.wait_idle()
        assert await change(central, KEY) == "Accepted"
        await come_back(central, charger, 1)
        assert password(central) == bytes.fromhex(KEY)
        answer = await central.ask("GetConfiguration", {"key": ["SecurityProfile"]})
        assert answer["unknownKey"] == ["SecurityProfile"]
        for action in ("InstallCertificate", "ExtendedTriggerMessage"):
            refused = await central.call(action, {})
            assert refused[2] == "NotImplemented"


@pytest.mark.parametrize("fault", ["password_rejected", "keeps_connection"])
async def test_faults(central: Central, fault: str) -> None:
    faults = Faults()
    faults.set(fault)
    async with make(
        central, password="old", security=SecuritySettings(profile=1), faults=faults
    ) as charger:
        await charger.wait_idle()
        rejected = fault == "password_rejected"
        assert await change(central, KEY) == ("Rejected" if rejected else "Accepted")
        # It is still the same connection that this goes over.
        old = central.socket
        for _ in range(3):
            await charger.send("Heartbeat", {})
        assert central.socket is old
        await charger.drop()
        await charger.reconnect()
        assert password(central) == (b"old" if rejected else bytes.fromhex(KEY))


async def test_after_a_reboot(central: Central) -> None:
    async with make(
        central,
        password="old",
        security=SecuritySettings(profile=1),
        faults=Faults(security_reboot=True),
    ) as charger:
        await charger.wait_idle()
        assert await change(central, KEY) == "RebootRequired"
        await charger.drop()
        await charger.reconnect()
        await charger.wait_idle()
        assert password(central) == b"old"
        assert await central.ask("Reset", {"type": "Hard"}) == {"status": "Accepted"}
        await come_back(central, charger, 2)
        assert password(central) == bytes.fromhex(KEY)


async def test_only_when_asked(central: Central) -> None:
    central.refuse = lambda headers: None if "Authorization" in headers else 401
    async with make(
        central, password="pw", faults=Faults(password_after_401=True)
    ) as c:
        await c.wait_idle()
        assert [password(central, n) for n in range(2)] == [None, b"pw"]
        # Each connection begins without.
        await c.drop()
        await c.reconnect()
        assert [password(central, n) for n in range(2, 4)] == [None, b"pw"]
        assert central.of("SecurityEventNotification") == []


async def test_wrong_password_is_told_later(central: Central) -> None:
    central.status = 401
    async with make(central, password="pw") as charger:
        await charger.wait_for(lambda: charger.link.http_status == 401)
        central.status = None
        event = await central.expect("SecurityEventNotification")
        assert event["type"] == "FailedToAuthenticateAtCentralSystem"
        await charger.wait_idle()
        assert len(central.of("SecurityEventNotification")) == 1


async def test_a_header_of_ones_own_stays(central: Central) -> None:
    headers = {"Authorization": "Bearer x"}
    async with make(central, headers=headers) as charger:
        await charger.wait_connected()
        assert central.headers[0]["Authorization"] == "Bearer x"


async def test_bender(central: Central) -> None:
    async with Bender(
        central.url,
        "CP",
        password="old",
        security=SecuritySettings(profile=1),
        **FAST,
    ) as charger:
        await charger.wait_idle()
        assert await change(central, KEY) == "Accepted"
        await central.wait(lambda: len(central.paths) == 2)
        assert password(central) == bytes.fromhex(KEY)

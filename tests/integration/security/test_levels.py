"""Levels that rise by themselves and fall by their owner's hand, and passwords on their way."""

import asyncio
import logging
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.certificates.credentials import (
    PasswordState,
    PendingPassword,
)
from custom_components.ocpp_cs.const import CONF_CALL_TIMEOUT, DOMAIN
from custom_components.ocpp_cs.csms.model.errors import (
    CallErrorReceivedError,
    CallTimeoutError,
    ConnectionLostError,
    CsmsError,
    NotConnectedError,
    RefusedError,
)
from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from custom_components.ocpp_cs.csms.security.passwords import (
    hashed,
    matches,
    new_password,
)
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.entities import value_of
from tests.integration.helpers.security import (  # noqa: F401 - pytest looks for fixtures here
    Box,
    Tls,
    credential_of,
    fixture_tls,
    known,
    levels_of,
    refused,
)

pytestmark = pytest.mark.usefixtures("socket_enabled")

HEX = "00112233445566778899aabbccddeeff00112233"


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


def the_charger(hub: Hub) -> Any:
    (charger,) = hub.chargers.values()
    return charger


async def with_password(hub: Hub, password: str = HEX) -> None:
    """Let the charger have that password."""
    await levels_of(hub).credentials.async_change(
        "CP1",
        level=SecurityLevel.PASSWORD,
        password_needed=True,
        passwords=(hashed(password),),
    )


# Levels.


async def test_the_level_rises_with_the_first_encrypted_connection(
    hass: HomeAssistant,
    hub: Hub,
    tls: Tls,
    server_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with Box(server_url) as box:
        await known(hass, hub, box)
        assert value_of(hass, "CP1/security_level") == "none"
    assert credential_of(hub).level is SecurityLevel.NONE
    caplog.set_level(logging.INFO)
    for _ in range(2):
        async with Box(server_url, tls=await tls.client()) as box:
            await known(hass, hub, box)
            assert value_of(hass, "CP1/security_level") == "tls"
            assert credential_of(hub).level is SecurityLevel.TLS
    assert caplog.text.count("security level tls") == 1
    # It never falls by the wire.
    assert await refused(Box(server_url)) == 426
    assert credential_of(hub).level is SecurityLevel.TLS
    assert levels_of(hub).level_of(the_charger(hub)) is SecurityLevel.TLS
    async with Box(server_url, tls=await tls.client("CP1")) as box:
        await known(hass, hub, box)
        assert value_of(hass, "CP1/security_level") == "certificate"
    assert await refused(Box(server_url, tls=await tls.client())) == 403
    assert caplog.text.count("security level certificate") == 1


async def test_a_stranger_raises_nothing(
    hass: HomeAssistant, hub: Hub, tls: Tls, server_url: str
) -> None:
    """Whoever plays the charger over TLS must not lock it out."""
    async with Box(server_url) as box:
        await known(hass, hub, box)
    async with Box(server_url, tls=await tls.client(), address="127.0.0.2") as box:
        await known(hass, hub, box)
        acquaintance = the_charger(hub).charge_point.acquaintance
        assert not acquaintance.is_known
        assert credential_of(hub).level is SecurityLevel.NONE
        # Nor does it end a raise, which its owner waits for.
        change = levels_of(hub).credentials.async_change
        await change("CP1", raising_to=SecurityLevel.TLS)
        await hass.async_block_till_done()
        assert credential_of(hub).raising_to is SecurityLevel.TLS
        await change("CP1", raising_to=None)
        # After ten minutes it is known, and still raises nothing.
        assert acquaintance._timer is not None
        acquaintance._timer.cancel()
        acquaintance._waited()
        await hass.async_block_till_done()
        assert acquaintance.is_known
        assert credential_of(hub).level is SecurityLevel.NONE
        # Nor does it end a raise then.
        await change("CP1", raising_to=SecurityLevel.TLS)
        await hass.async_block_till_done()
        assert credential_of(hub).level is SecurityLevel.NONE
        assert credential_of(hub).raising_to is SecurityLevel.TLS
    async with Box(server_url) as box:
        await known(hass, hub, box)
    async with Box(server_url, tls=await tls.client()) as box:
        await known(hass, hub, box)
    assert credential_of(hub).level is SecurityLevel.TLS
    assert credential_of(hub).raising_to is None


async def with_serial(
    hass: HomeAssistant, entry: MockConfigEntry, box: Box, address: str
) -> None:
    """Have a charger boot with its serial number, which makes it known anywhere."""
    await box.boot(chargePointSerialNumber="SN-47110815")
    await box.status("Available")
    charge_point = the_charger(entry.runtime_data).charge_point
    await wait_for(hass, lambda: charge_point.ready and charge_point.remote == address)
    await hass.async_block_till_done()
    assert charge_point.acquaintance.is_known


@pytest.mark.parametrize("raising_to", [None, SecurityLevel.TLS])
async def test_a_serial_number_raises_nothing(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hub: Hub,
    tls: Tls,
    server_url: str,
    raising_to: SecurityLevel | None,
) -> None:
    """It is printed on the device: who has read it must not lock the charger out."""

    async with Box(server_url) as box:
        await with_serial(hass, entry, box, "127.0.0.1")
    await levels_of(hub).credentials.async_change("CP1", raising_to=raising_to)
    client = await tls.client()
    # The second time, and after a restart, it comes from its usual address.
    for restarted in (False, False, True):
        if restarted:
            assert await hass.config_entries.async_reload(entry.entry_id)
        async with Box(server_url, tls=client, address="127.0.0.2") as box:
            await with_serial(hass, entry, box, "127.0.0.2")
            assert credential_of(entry.runtime_data).level is SecurityLevel.NONE
            assert credential_of(entry.runtime_data).raising_to is raising_to
    async with Box(server_url) as box:
        await with_serial(hass, entry, box, "127.0.0.1")
    async with Box(server_url, tls=client) as box:
        await with_serial(hass, entry, box, "127.0.0.1")
    assert credential_of(entry.runtime_data).level is SecurityLevel.TLS


async def test_a_serial_number_gets_no_password(
    hass: HomeAssistant, entry: MockConfigEntry, hub: Hub, server_url: str
) -> None:
    """One whose answer never came is sent again to the charger itself only."""
    async with Box(server_url) as box:
        await with_serial(hass, entry, box, "127.0.0.1")
    text = new_password()
    await levels_of(hub).credentials.async_change(
        "CP1",
        pending_password=PendingPassword(
            hash=hashed(text), state=PasswordState.SENT, text=text
        ),
    )
    async with Box(server_url, address="127.0.0.2") as box:
        await with_serial(hass, entry, box, "127.0.0.2")
        assert not box.written
    async with Box(server_url) as box:
        await with_serial(hass, entry, box, "127.0.0.1")
        await wait_for(hass, lambda: box.written == [text])
        await wait_for(hass, lambda: _state(hub) is PasswordState.ACCEPTED)


async def test_the_owner_confirms_another_address(
    hass: HomeAssistant, hub: Hub, tls: Tls, server_url: str
) -> None:
    async with Box(server_url) as box:
        await known(hass, hub, box)
    async with Box(server_url, tls=await tls.client(), address="127.0.0.2") as box:
        await known(hass, hub, box)
        assert credential_of(hub).level is SecurityLevel.NONE
        the_charger(hub).charge_point.acquaintance.vouch()
        await hass.async_block_till_done()
        assert credential_of(hub).level is SecurityLevel.TLS


async def test_a_charger_that_says_nothing_raises_nothing(
    hass: HomeAssistant, hub: Hub, tls: Tls, server_url: str
) -> None:
    async with Box(server_url, tls=await tls.client()):
        await wait_for(hass, lambda: the_charger(hub).charge_point.connected)
        assert credential_of(hub).level is SecurityLevel.NONE


async def test_the_owner_lowers_the_level(
    hass: HomeAssistant, hub: Hub, tls: Tls, server_url: str
) -> None:
    levels, charger = levels_of(hub), the_charger(hub)
    async with Box(server_url, tls=await tls.client()) as box:
        await known(hass, hub, box)
        assert credential_of(hub).level is SecurityLevel.TLS
        await levels.async_lower(charger, SecurityLevel.PASSWORD)
        await hass.async_block_till_done()
        # There is no password, and it does not rise at once.
        assert credential_of(hub).level is SecurityLevel.NONE
    async with Box(server_url, tls=await tls.client()) as box:
        await known(hass, hub, box)
        assert credential_of(hub).level is SecurityLevel.NONE
    async with Box(server_url) as box:
        await known(hass, hub, box)
        assert not credential_of(hub).is_held
    async with Box(server_url, tls=await tls.client()) as box:
        await known(hass, hub, box)
        assert credential_of(hub).level is SecurityLevel.TLS


async def test_nothing_rises_half_way(
    hass: HomeAssistant, hub: Hub, tls: Tls, server_url: str
) -> None:
    """While it is being raised it may fall back to what it had."""
    change = levels_of(hub).credentials.async_change
    await change("CP1", raising_to=SecurityLevel.CERTIFICATE)
    async with Box(server_url, tls=await tls.client()) as box:
        await known(hass, hub, box)
        assert value_of(hass, "CP1/security_level") == "tls"
    async with Box(server_url) as box:
        await known(hass, hub, box)
    async with Box(server_url, tls=await tls.client("CP1")) as box:
        await known(hass, hub, box)
    assert credential_of(hub).level is SecurityLevel.CERTIFICATE
    assert credential_of(hub).raising_to is None
    # A raise that is given up leaves what was reached.
    await levels_of(hub).async_lower(the_charger(hub), SecurityLevel.NONE)
    await change("CP1", raising_to=SecurityLevel.CERTIFICATE, is_held=False)
    async with Box(server_url, tls=await tls.client()) as box:
        await known(hass, hub, box)
        await change("CP1", raising_to=None)
        await hass.async_block_till_done()
        assert credential_of(hub).level is SecurityLevel.TLS


async def test_lowering_ends_a_raise(hass: HomeAssistant, hub: Hub) -> None:
    levels, charger = levels_of(hub), the_charger(hub)
    await with_password(hub)
    await levels.credentials.async_change("CP1", raising_to=SecurityLevel.TLS)
    await levels.async_lower(charger, SecurityLevel.PASSWORD)
    assert credential_of(hub).raising_to is None
    assert credential_of(hub).level is SecurityLevel.PASSWORD
    assert not credential_of(hub).is_held
    assert len(credential_of(hub).passwords) == 1
    await levels.async_lower(charger, SecurityLevel.NONE)
    assert not credential_of(hub).passwords
    assert not credential_of(hub).password_needed


async def test_a_certificate_stands_for_a_password(
    hass: HomeAssistant, hub: Hub, tls: Tls, server_url: str
) -> None:
    """Security profile 3 has none: the first connection with one comes without."""
    await with_password(hub)
    assert await refused(Box(server_url, tls=await tls.client())) == 401
    async with Box(server_url, tls=await tls.client("CP1")) as box:
        await known(hass, hub, box)
    assert credential_of(hub).level is SecurityLevel.CERTIFICATE
    # Lowered, it needs its password again.
    await levels_of(hub).async_lower(the_charger(hub), SecurityLevel.TLS)
    assert await refused(Box(server_url, tls=await tls.client())) == 401
    async with Box(server_url, tls=await tls.client(), password=HEX) as box:
        await known(hass, hub, box)


async def test_a_certificate_in_another_name_may_be_ignored(
    hass: HomeAssistant, hub: Hub, tls: Tls, server_url: str
) -> None:
    assert await refused(Box(server_url, tls=await tls.client("OTHER"))) == 403
    levels, charger = levels_of(hub), the_charger(hub)
    await levels.async_lower(charger, SecurityLevel.TLS, ignore_certificate=True)
    async with Box(server_url, tls=await tls.client("OTHER")) as box:
        await known(hass, hub, box)
        assert value_of(hass, "CP1/security_level") == "tls"
    assert credential_of(hub).ignores_certificate
    async with Box(server_url, tls=await tls.client("CP1")) as box:
        await known(hass, hub, box)
    assert not credential_of(hub).ignores_certificate
    assert credential_of(hub).level is SecurityLevel.CERTIFICATE
    assert await refused(Box(server_url, tls=await tls.client("OTHER"))) == 403


# Passwords.


async def test_the_first_password(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    levels, charger = levels_of(hub), the_charger(hub)
    async with Box(server_url) as box:
        await known(hass, hub, box)
        text = await levels.async_new_password(charger)
        assert box.written == [text]
        assert len(bytes.fromhex(text)) == 20
        credential = credential_of(hub)
        assert credential.pending_password is not None
        assert credential.pending_password.state is PasswordState.ACCEPTED
        assert credential.pending_password.text is None
        assert credential.level is SecurityLevel.NONE
    # It may come without until it has come with it.
    async with Box(server_url) as box:
        await known(hass, hub, box)
        assert credential_of(hub).level is SecurityLevel.NONE
    async with Box(server_url, password=bytes.fromhex(text)) as box:
        await known(hass, hub, box)
        assert value_of(hass, "CP1/security_level") == "password"
    credential = credential_of(hub)
    assert credential.level is SecurityLevel.PASSWORD
    assert credential.password_needed
    assert credential.pending_password is None
    assert await refused(Box(server_url)) == 401
    assert await refused(Box(server_url, password="wrong")) == 401
    async with Box(server_url, password=text):
        pass


async def test_another_password(hass: HomeAssistant, hub: Hub, server_url: str) -> None:
    """A01: both are valid until the charger has come with the new one."""
    levels, charger = levels_of(hub), the_charger(hub)
    await with_password(hub)
    async with Box(server_url, password=HEX) as box:
        await known(hass, hub, box)
        text = await levels.async_new_password(charger)
    async with Box(server_url, password=HEX) as box:
        await known(hass, hub, box)
        assert not box.written
    async with Box(server_url, password=text) as box:
        await known(hass, hub, box)
    assert await refused(Box(server_url, password=HEX)) == 401
    assert len(credential_of(hub).passwords) == 1
    assert matches(text.encode(), *credential_of(hub).passwords)


@pytest.mark.parametrize("answer", ["RebootRequired"])
async def test_a_password_that_counts_after_a_restart(
    hass: HomeAssistant, hub: Hub, server_url: str, answer: str
) -> None:
    levels, charger = levels_of(hub), the_charger(hub)
    await with_password(hub)
    async with Box(server_url, password=HEX, answer=answer) as box:
        await known(hass, hub, box)
        text = await levels.async_new_password(charger)
    for password in (HEX, HEX, text):
        async with Box(server_url, password=password) as box:
            await known(hass, hub, box)
    assert await refused(Box(server_url, password=HEX)) == 401


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("Rejected", RefusedError),
        ("NotSupported", RefusedError),
        ("InternalError", CallErrorReceivedError),
    ],
)
async def test_a_password_that_is_refused(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    answer: str,
    error: type[CsmsError],
) -> None:
    levels, charger = levels_of(hub), the_charger(hub)
    await with_password(hub)
    before = credential_of(hub)
    async with Box(server_url, password=HEX, answer=answer) as box:
        await known(hass, hub, box)
        with pytest.raises(error):
            await levels.async_new_password(charger)
    assert credential_of(hub) == before
    assert await refused(Box(server_url, password=box.written[0])) == 401
    async with Box(server_url, password=HEX):
        pass


async def test_a_charger_that_is_away_gets_none(hub: Hub) -> None:
    before = credential_of(hub)
    with pytest.raises(NotConnectedError):
        await levels_of(hub).async_new_password(the_charger(hub))
    assert credential_of(hub) == before


SHORT = {CONF_CALL_TIMEOUT: 1}


async def lost(hass: HomeAssistant, hub: Hub, box: Box) -> str:
    """Have the connection end while the answer is open; return the password."""
    levels, charger = levels_of(hub), the_charger(hub)
    async with box:
        await known(hass, hub, box)
        # Home Assistant must not wait for it.
        task = asyncio.create_task(levels.async_new_password(charger))
        await box.wait_for_password()
        await box.websocket.close()
        with pytest.raises(ConnectionLostError):
            await task
    return box.written[0]


async def test_the_connection_ends_before_the_answer_and_it_was_taken(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    await with_password(hub)
    text = await lost(hass, hub, Box(server_url, password=HEX, answer=None))
    pending = credential_of(hub).pending_password
    assert pending is not None
    assert pending.state is PasswordState.SENT
    async with Box(server_url, password=text) as box:
        await known(hass, hub, box)
        assert not box.written
    assert credential_of(hub).pending_password is None
    assert await refused(Box(server_url, password=HEX)) == 401


async def test_the_connection_ends_before_the_answer_and_nobody_knows(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    """It comes with the old one: an answer has to tell whether it has the new one."""
    await with_password(hub)
    text = await lost(hass, hub, Box(server_url, password=HEX, answer=None))
    async with Box(server_url, password=HEX) as box:
        await known(hass, hub, box)
        await wait_for(hass, lambda: box.written == [text])
        await wait_for(hass, lambda: _state(hub) is PasswordState.ACCEPTED)
    async with Box(server_url, password=text) as box:
        await known(hass, hub, box)
    assert await refused(Box(server_url, password=HEX)) == 401


def _state(hub: Hub) -> PasswordState | None:
    pending = credential_of(hub).pending_password
    return None if pending is None else pending.state


async def test_a_password_that_is_refused_after_it_may_have_been_taken(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    await with_password(hub)
    text = await lost(hass, hub, Box(server_url, password=HEX, answer=None))
    async with Box(server_url, password=HEX, answer="Rejected") as box:
        await known(hass, hub, box)
        await wait_for(hass, lambda: _state(hub) is None)
    # Both are accepted: after a restart it may use what it took the first time.
    async with Box(server_url, password=HEX) as box:
        await known(hass, hub, box)
        assert not box.written
    async with Box(server_url, password=text) as box:
        await known(hass, hub, box)
    assert await refused(Box(server_url, password=HEX)) == 401


@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", "Garage", **SHORT)]])
async def test_a_charger_that_never_answers_is_asked_three_times(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    levels, charger = levels_of(hub), the_charger(hub)
    await with_password(hub)
    written: list[str] = []
    async with Box(server_url, password=HEX, answer=None) as box:
        await known(hass, hub, box)
        with pytest.raises(CallTimeoutError):
            await levels.async_new_password(charger)
        written += box.written
    for _ in range(4):
        async with Box(server_url, password=HEX, answer=None) as box:
            await known(hass, hub, box)
            await asyncio.sleep(0.05)
        written += box.written
        await wait_for(hass, lambda: not levels._on_their_way["CP1"])
    assert len(written) == 3
    assert len(set(written)) == 1
    credential = credential_of(hub)
    # The text is gone, and what it stands for is accepted.
    assert credential.pending_password is None
    assert len(credential.passwords) == 2
    async with Box(server_url, password=written[0]) as box:
        await known(hass, hub, box)
    assert len(credential_of(hub).passwords) == 1


async def test_a_second_password_while_the_first_is_in_doubt(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    await with_password(hub)
    first = await lost(hass, hub, Box(server_url, password=HEX, answer=None))
    levels, charger = levels_of(hub), the_charger(hub)
    async with Box(server_url, password=HEX, answer="Rejected") as box:
        await known(hass, hub, box)
        await wait_for(hass, lambda: _state(hub) is None)
        with pytest.raises(RefusedError):
            await levels.async_new_password(charger)
    # The charger may have any of the two, and not the one that it refused.
    assert await refused(Box(server_url, password=box.written[1])) == 401
    async with Box(server_url, password=first) as box:
        await known(hass, hub, box)
        second = await levels.async_new_password(charger)
        third = await levels.async_new_password(charger)
    assert matches(second.encode(), *credential_of(hub).rules.passwords)
    async with Box(server_url, password=third) as box:
        await known(hass, hub, box)
    for old in (HEX, first, second):
        assert await refused(Box(server_url, password=old)) == 401


@pytest.mark.parametrize("after", ["stored", "sent", "accepted", "used"])
async def test_home_assistant_is_killed_in_between(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
    after: str,
) -> None:
    """Whatever the charger has then, it gets in, and is right in the end."""
    entry = setup_integration
    key = f"{DOMAIN}.{entry.entry_id}.security"
    await with_password(hub)
    files: dict[str, Any] = {}
    box = Box(server_url, password=HEX)
    answer = box.answers["ChangeConfiguration"]
    assert callable(answer)

    def answered(payload: dict[str, Any]) -> Any:
        # What is on the disk when the charger gets it.
        files["stored"] = files["sent"] = hass_storage[key]["data"]
        return answer(payload)

    box.answers["ChangeConfiguration"] = answered
    async with box:
        await known(hass, hub, box)
        text = await levels_of(hub).async_new_password(the_charger(hub))
        files["accepted"] = hass_storage[key]["data"]
    async with Box(server_url, password=text) as box:
        await known(hass, hub, box)
        await hass.async_block_till_done()
        files["used"] = hass_storage[key]["data"]
    for stage, content in files.items():
        assert (text in str(content)) is (stage in {"stored", "sent"}), stage
    assert await hass.config_entries.async_unload(entry.entry_id)
    # Killed: what was on the disk then is what there is.
    hass_storage[key]["data"] = files[after]
    assert await hass.config_entries.async_setup(entry.entry_id)
    hub = entry.runtime_data
    if after == "stored":
        # The charger never got it, and gets it now.
        async with Box(server_url, password=HEX) as box:
            await known(hass, hub, box)
            await wait_for(hass, lambda: _state(hub) is PasswordState.ACCEPTED)
            assert box.written == [text]
    elif after != "used":
        # It may not have restarted yet.
        async with Box(server_url, password=HEX) as box:
            pass
    async with Box(server_url, password=text) as box:
        await known(hass, hub, box)
        assert not box.written
    assert await refused(Box(server_url, password=HEX)) == 401
    await hass.async_block_till_done()
    assert text not in str(hass_storage[key])


async def test_the_owner_writes_it_by_the_action(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    await with_password(hub)
    async with Box(server_url, password=HEX) as box:
        await known(hass, hub, box)
        await hass.services.async_call(
            DOMAIN,
            "change_configuration",
            {
                "device_id": the_charger(hub).device_id,
                "key": "authorizationkey",
                "value": "ffeeddccbbaa99887766554433221100ffeeddcc",
            },
            blocking=True,
            return_response=True,
        )
    assert _state(hub) is PasswordState.ACCEPTED
    for password in (HEX, "ffeeddccbbaa99887766554433221100ffeeddcc"):
        async with Box(server_url, password=password) as box:
            await known(hass, hub, box)
    assert await refused(Box(server_url, password=HEX)) == 401


async def test_a_password_that_is_typed(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    levels, charger = levels_of(hub), the_charger(hub)
    await with_password(hub)
    await levels.async_set_typed_password(charger, "typed by hand")
    for password in (HEX, "typed by hand"):
        async with Box(server_url, password=password) as box:
            await known(hass, hub, box)
            assert not box.written
    assert await refused(Box(server_url, password=HEX)) == 401


async def test_a_password_that_is_accepted(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    levels, charger = levels_of(hub), the_charger(hub)
    await with_password(hub)
    raw = b"\xff\x00 of its own"
    await levels.async_accept_password(charger, raw)
    assert await refused(Box(server_url, password=HEX)) == 401
    async with Box(server_url, password=raw) as box:
        await known(hass, hub, box)


async def test_a_password_that_is_dropped(
    hass: HomeAssistant, hub: Hub, tls: Tls, server_url: str
) -> None:
    levels, charger = levels_of(hub), the_charger(hub)
    await with_password(hub)
    await levels.async_drop_password(charger)
    async with Box(server_url, password="whatever") as box:
        await known(hass, hub, box)
        assert value_of(hass, "CP1/security_level") == "none"
    # Encrypted, it stays that.
    await with_password(hub)
    async with Box(server_url, password=HEX, tls=await tls.client()) as box:
        await known(hass, hub, box)
    assert credential_of(hub).level is SecurityLevel.TLS
    await levels.async_drop_password(charger)
    assert await refused(Box(server_url)) == 426
    async with Box(server_url, tls=await tls.client()) as box:
        await known(hass, hub, box)

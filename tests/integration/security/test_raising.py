"""Chargers are raised over OCPP: real sockets, real TLS, simulated chargers."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.certificates import signer
from custom_components.ocpp_cs.certificates.encryption import Encryption
from custom_components.ocpp_cs.csms.model.security import SecurityLevel, TlsProblem
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.security import raises as raises_module
from custom_components.ocpp_cs.security.raises import Raises
from custom_components.ocpp_cs.security.raising import OcppRaiser
from simulator import Faults, Generic, SecuritySettings
from tests.integration.conftest import HOST, AddCharger, charger_subentry, wait_for
from tests.integration.helpers.raising import (  # noqa: F401 - pytest looks for fixtures here
    Raising,
    charger_of,
    credential_of,
    encrypted,
    fixture_options,
    fixture_tls_port,
    quick,
    raised,
    raiser_of,
)
from tests.integration.helpers.repairs import cleared, raised as issue_raised, shown

NONE, PASSWORD, TLS, CERTIFICATE = SecurityLevel


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


def settings(**changed: Any) -> SecuritySettings:
    """Return those of a charger with the security extension."""
    return SecuritySettings(**changed)


def answers(one: Generic, action: str, payload: dict[str, Any]) -> None:
    """Let a charger answer an action in this way from now on."""
    one.__dict__["_handlers"] = {**one._handlers, action: lambda *_: payload}


def issues(hass: HomeAssistant) -> list[str | None]:
    """Return what is raised about chargers that stay away."""
    return [
        issue.translation_key
        for issue in shown(hass)
        if issue.translation_key == "raise_stayed_away"
    ]


# The way up.


async def test_a_charger_is_raised_from_none_to_a_certificate_step_by_step(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings())
    charge_point = charger_of(hub).charge_point
    assert charge_point.security.level is NONE

    failure, steps = await raised(hass, hub, PASSWORD)
    assert (failure, steps) == (None, ["password", "level", "waiting"])
    assert charge_point.security.level is PASSWORD
    assert one.identity.profile == 1
    await wait_for(hass, lambda: credential_of(hub).level is PASSWORD)
    assert credential_of(hub).password_needed

    failure, steps = await raised(hass, hub, TLS)
    # It has a password already.
    assert (failure, steps) == (None, ["root", "level", "waiting"])
    assert charge_point.security.level is TLS
    assert charge_point.security.with_password
    await wait_for(hass, lambda: credential_of(hub).level is TLS)

    failure, steps = await raised(hass, hub, CERTIFICATE)
    assert (failure, steps) == (None, ["request", "level", "waiting"])
    assert charge_point.security.level is CERTIFICATE
    assert one.identity.profile == 3
    await wait_for(hass, lambda: credential_of(hub).level is CERTIFICATE)
    assert credential_of(hub).raising_to is None
    assert not shown(hass)


async def test_a_charger_is_raised_from_none_to_a_certificate_at_once(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings())
    raise_ = Raising(hass, hub, CERTIFICATE)
    assert await raise_.end() is None
    assert raise_.steps == [
        *("password", "root", "level", "waiting"),
        *("request", "level", "waiting"),
    ]
    assert charger_of(hub).charge_point.security.level is CERTIFICATE
    assert one.identity.profile == 3
    # To be shown once, as it is stored nowhere.
    assert raise_.raiser.password is not None


async def test_a_charger_may_begin_tls_on_the_old_port_or_on_another(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, tls_port: int
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings(tls_port=tls_port))
    assert await raised(hass, hub, TLS) == (
        None,
        ["password", "root", "level", "waiting"],
    )
    assert one.link.url.startswith(f"wss://{HOST}:{tls_port}/CP1")


async def test_a_root_that_is_listed_is_not_installed_again(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    encryption = await encrypted(hass, hub)
    assert encryption.root is not None
    one = await charger("CP1", security=settings(roots=(encryption.root,)))
    assert (await raised(hass, hub, TLS))[0] is None
    assert not one.calls("InstallCertificate")
    assert credential_of(hub).root is not None


async def test_a_charger_that_wants_a_restart_gets_one(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings(), faults=Faults(security_reboot=True))
    one.identity.password = b"x" * 20
    assert await raised(hass, hub, TLS) == (
        None,
        ["password", "root", "level", "restart", "waiting"],
    )
    assert len(one.calls("Reset")) == 1


async def test_a_charger_that_accepts_a_level_and_waits_for_a_restart(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings(), faults=Faults(security_reboot=True))
    one.identity.password = b"x" * 20
    change = one._handlers["ChangeConfiguration"]

    def accept(charger: Any, payload: dict[str, Any]) -> dict[str, Any]:
        change(charger, payload)
        return {"status": "Accepted"}

    one.__dict__["_handlers"] = {**one._handlers, "ChangeConfiguration": accept}
    assert await raised(hass, hub, TLS) == (
        None,
        ["password", "root", "level", "waiting", "restart", "waiting"],
    )


async def test_a_password_that_is_only_sent_when_it_is_asked_for(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await charger("CP1", security=settings(), faults=Faults(password_after_401=True))
    failure, _ = await raised(hass, hub, PASSWORD)
    assert failure is None
    assert charger_of(hub).charge_point.security.level is PASSWORD


# Refusals: each is told, and the charger stays as it was.


@pytest.mark.parametrize(
    ("fault", "target", "failure", "last"),
    [
        ("password_rejected", PASSWORD, "password_refused", "password"),
        # It needs one for its profile 2.
        ("password_rejected", TLS, "level_refused", "level"),
        ("root_rejected", TLS, "root_refused", "root"),
    ],
)
async def test_what_a_charger_refuses(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    fault: str,
    target: SecurityLevel,
    failure: str,
    last: str,
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings(), faults=Faults(**{fault: True}))
    told, steps = await raised(hass, hub, target)
    assert (told, steps[-1]) == (failure, last)
    assert one.identity.profile == 0
    assert one.accepted
    assert credential_of(hub).raising_to is None
    assert credential_of(hub).level is NONE
    assert not shown(hass)


async def test_a_root_that_is_not_listed_after_it_was_accepted(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings())
    answers(one, "GetInstalledCertificateIds", {"status": "NotFound"})
    told, steps = await raised(hass, hub, TLS)
    assert (told, steps[-1]) == ("root_not_listed", "root")
    assert one.identity.profile == 0


async def test_a_certificate_with_the_name_of_another_is_not_signed(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    one = await charger(
        "CP1", security=settings(), faults=Faults(wrong_common_name=True)
    )
    told, steps = await raised(hass, hub, CERTIFICATE)
    assert (told, steps[-1]) == ("request_wrong", "request")
    # It has got as far as that.
    assert charger_of(hub).charge_point.security.level is TLS
    assert one.identity.profile == 2


async def test_a_certificate_that_the_charger_refuses(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings())
    answers(one, "CertificateSigned", {"status": "Rejected"})
    told, steps = await raised(hass, hub, CERTIFICATE)
    assert (told, steps[-1]) == ("certificate_refused", "request")


async def test_a_charger_that_makes_no_request(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings())
    answers(one, "ExtendedTriggerMessage", {"status": "NotImplemented"})
    told, steps = await raised(hass, hub, CERTIFICATE)
    assert (told, steps[-1]) == ("request_refused", "request")


async def test_a_charger_that_takes_the_question_and_sends_no_request(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(signer, "_PATIENCE", 0.3)
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings())
    answers(one, "ExtendedTriggerMessage", {"status": "Accepted"})
    told, steps = await raised(hass, hub, CERTIFICATE)
    assert (told, steps[-1]) == ("request_missing", "request")


async def test_a_charger_that_refuses_to_restart(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings(), faults=Faults(security_reboot=True))
    one.identity.password = b"x" * 20
    answers(one, "Reset", {"status": "Rejected"})
    told, steps = await raised(hass, hub, TLS)
    assert (told, steps[-1]) == ("restart_refused", "restart")
    # It has the new level, and may restart whenever it likes.
    assert credential_of(hub).raising_to is TLS
    assert not shown(hass)
    await one.reboot()
    await wait_for(hass, lambda: credential_of(hub).level is TLS)
    assert credential_of(hub).raising_to is None


@pytest.mark.parametrize(
    ("step", "kept"), [("password", None), ("level", None), ("restart", TLS)]
)
async def test_a_session_that_begins_meanwhile(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    kept: SecurityLevel | None,
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings(), faults=Faults(security_reboot=True))
    one.identity.password = b"x" * 20
    raise_ = Raising(hass, hub, TLS)
    monkeypatch.setattr(
        OcppRaiser, "_session_runs", property(lambda _: step in raise_.steps)
    )
    assert await raise_.end() == "session_began"
    assert not one.calls("Reset")
    assert credential_of(hub).raising_to is kept
    assert one.identity.profile == 0
    assert one.accepted


# What is in the way is told before anything is written.


async def test_a_charger_that_is_not_connected(hass: HomeAssistant, hub: Hub) -> None:
    await encrypted(hass, hub)
    assert await raiser_of(hub).hindrances(TLS) == ("not_connected",)
    assert await raised(hass, hub, TLS) == ("lost", [])


async def test_a_charger_that_may_be_another(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    charger_of(hub).charge_point.acquaintance.recall("192.0.2.7")
    one = await charger("CP1", security=settings())
    assert await raiser_of(hub).hindrances(TLS) == ("not_known",)
    assert (await raised(hass, hub, TLS))[0] == "lost"
    assert not one.calls("GetInstalledCertificateIds")
    assert one.identity.password is None


async def test_a_charger_that_charges(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings())
    await one.plug(1)
    await one.present_card("TAG", 1)
    await wait_for(hass, lambda: charger_of(hub).charge_point.connector(1).transaction)
    assert await raiser_of(hub).hindrances(PASSWORD) == ("session",)
    assert (await raised(hass, hub, TLS))[0] == "session_began"
    assert not one.calls("InstallCertificate")


@pytest.mark.parametrize("options", [{}])
async def test_a_server_without_encryption(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await charger("CP1", security=settings())
    assert await raiser_of(hub).hindrances(PASSWORD) == ()
    assert await raiser_of(hub).hindrances(TLS) == ("encryption_off",)
    assert await raiser_of(hub).hindrances(CERTIFICATE) == (
        "encryption_off",
        "not_signed",
    )


async def test_a_certificate_that_is_not_for_the_name_that_the_charger_uses(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    await charger("CP1", security=settings())
    charge_point = charger_of(hub).charge_point
    assert charge_point.host == HOST
    charge_point.host = "cs.example"
    assert await raiser_of(hub).hindrances(PASSWORD) == ()
    assert await raiser_of(hub).hindrances(TLS) == ("name_missing",)


async def test_a_certificate_of_ours_that_has_expired(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encryption = await encrypted(hass, hub)
    await charger("CP1", security=settings())
    assert encryption.ends is not None
    past = encryption.ends - timedelta(days=36500)
    monkeypatch.setattr(Encryption, "ends", property(lambda _: past))
    assert await raiser_of(hub).hindrances(TLS) == ("certificate_expired",)


async def test_all_that_is_in_the_way_is_told_at_once(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings())
    await one.plug(1)
    await one.present_card("TAG", 1)
    await wait_for(hass, lambda: charger_of(hub).charge_point.connector(1).transaction)
    monkeypatch.setattr(Encryption, "is_working", False)
    await one.stop()
    await wait_for(hass, lambda: not charger_of(hub).charge_point.connected)
    assert await raiser_of(hub).hindrances(TLS) == (
        *("not_connected", "session", "encryption_fails"),
    )


# Chargers that cannot be told, and those that do not come.


async def test_a_charger_without_the_extension_is_set_by_hand(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, tls_port: int
) -> None:
    encryption = await encrypted(hass, hub)
    assert encryption.root is not None
    one = await charger(
        "CP1", security=settings(extension=False, roots=(encryption.root,))
    )
    raise_ = Raising(hass, hub, TLS)
    await raise_.step("by_hand")
    await one.enter_address(f"wss://{HOST}:{tls_port}/CP1")
    assert await raise_.end() is None
    assert charger_of(hub).charge_point.security.level is TLS


async def test_nobody_enters_anything(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings(extension=False))
    told, steps = await raised(hass, hub, TLS)
    assert (told, steps[-1]) == ("came_back_unchanged", "by_hand")
    assert one.accepted
    assert credential_of(hub).raising_to is None


async def test_a_charger_that_falls_back_tells_why(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings(), faults=Faults(old_tls=1.1))
    raise_ = Raising(hass, hub, TLS)
    assert await raise_.end() == "came_back_unchanged"
    assert raise_.steps[-1] == "address"
    assert raise_.raiser.tls_problem is TlsProblem.OLD_VERSION
    # The old level is still accepted.
    assert one.accepted
    assert one.identity.profile == 0
    assert credential_of(hub).level is NONE
    assert credential_of(hub).raising_to is None
    assert not issues(hass)


async def test_a_charger_that_needs_the_other_address(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    tls_port: int,
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings(tls_port=1))
    raise_ = Raising(hass, hub, TLS)
    await raise_.step("address")
    # It fell back, and its owner enters what is shown.
    assert one.identity.profile == 0
    await one.enter_address(f"wss://{HOST}:{tls_port}/CP1")
    assert await raise_.end() is None
    assert charger_of(hub).charge_point.security.level is TLS


async def test_a_charger_that_never_comes_back(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings(), faults=Faults(stays_away=True))
    assert (await raised(hass, hub, TLS))[0] == "stayed_away"
    assert credential_of(hub).raising_to is TLS
    issue = await issue_raised(hass, "raise_stayed_away")
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["charger"] == "Garage"
    # Late is not too late.
    one.link.go_online()
    await wait_for(hass, lambda: credential_of(hub).level is TLS)
    await cleared(hass)
    assert credential_of(hub).raising_to is None


async def test_another_device_does_not_pass_for_the_charger(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings(), faults=Faults(stays_away=True))
    raise_ = Raising(hass, hub, TLS)
    await raise_.step("waiting")
    charge_point = charger_of(hub).charge_point
    await wait_for(hass, lambda: not charge_point.connected)
    # Something without its password comes from elsewhere, encrypted.
    charge_point.acquaintance.address = "192.0.2.7"
    one.identity.password = None
    one.link.go_online()
    assert await raise_.end() == "came_back_unchanged"
    assert charge_point.security.level is TLS
    assert credential_of(hub).level is NONE


async def test_a_charger_that_stays_away_over_a_restart(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings(), faults=Faults(stays_away=True))
    raise_ = Raising(hass, hub, TLS)
    await raise_.step("waiting")
    # Home Assistant restarts in the middle of it.
    assert await hass.config_entries.async_reload(setup_integration.entry_id)
    assert await raise_.end() == "stopped"
    hub = setup_integration.runtime_data
    assert credential_of(hub).raising_to is TLS
    hub.part(Raises).async_minute_passed()
    assert not shown(hass)
    monkeypatch.setattr(raises_module, "_AWAY", timedelta(0))
    hub.part(Raises).async_minute_passed()
    await issue_raised(hass, "raise_stayed_away")
    # Both levels are accepted: it was reset meanwhile.
    await one.enter_security(0)
    await cleared(hass)
    monkeypatch.setattr(raises_module, "_GIVEN_UP", timedelta(0))
    await wait_for(hass, lambda: charger_of(hub).charge_point.ready)
    hub.part(Raises).async_minute_passed()
    await hass.async_block_till_done()
    assert credential_of(hub).raising_to is None


async def test_a_raise_that_failed_is_waited_for_once_more(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=settings(), faults=Faults(stays_away=True))
    raise_ = Raising(hass, hub, TLS)
    assert await raise_.end() == "stayed_away"
    again = hub.part(Raises).async_wait_on(raise_.it, raise_.raiser.wait)
    await wait_for(hass, lambda: again.step == "by_hand")
    assert not shown(hass)
    one.link.go_online()
    await wait_for(hass, lambda: not again.is_running)
    assert again.failure is None


async def test_there_is_one_raise_at_a_time(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    await charger("CP1", security=settings())
    first = Raising(hass, hub, TLS)
    second = Raising(hass, hub, CERTIFICATE)
    assert second.it is first.it
    assert await first.end() is None


async def test_a_charger_that_is_removed_ends_its_raise(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
) -> None:
    await encrypted(hass, hub)
    await charger("CP1", security=settings(), faults=Faults(stays_away=True))
    raise_ = Raising(hass, hub, TLS)
    await raise_.step("waiting")
    hass.config_entries.async_remove_subentry(
        setup_integration, charger_of(hub).subentry_id
    )
    assert await raise_.end() == "stopped"

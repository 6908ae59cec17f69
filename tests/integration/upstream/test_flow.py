"""The form of a backend: all that can be entered, wrong and right, and what is kept."""

from collections.abc import Callable
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.csms.central_system import Versions, load_versions
from custom_components.ocpp_cs.csms.model.model import Admission
from custom_components.ocpp_cs.csms.model.security import SecurityRules
from custom_components.ocpp_cs.csms.security.authority import KeyAndCertificate
from custom_components.ocpp_cs.csms.security.passwords import hashed
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from custom_components.ocpp_cs.csms.upstream.model import Role, SessionChoice
from custom_components.ocpp_cs.hub import Hub
from tests.csms.pki import DAY, Ca, ca, new_key, server_context
from tests.csms.test_central_system import World
from tests.integration.conftest import charger_subentry, id_tag_subentry, wait_for
from tests.integration.helpers.encryption import key_pem

from .conftest import AddBackend, OpenForm, Upload, backends, entered

type Stored = Callable[[], dict[str, Any]]

PASSWORD = "correct-horse-battery"


@pytest.fixture
def subentries() -> list[Any]:
    return [
        charger_subentry("BOX", "Garage", connectors=1),
        charger_subentry("YARD", "Yard", connectors=1),
        id_tag_subentry("ANNA"),
    ]


async def saved(flow: Any) -> None:
    """Go through the rest of the form without changes."""
    assert await flow.go() == "try"
    assert await flow.wait() == "created"


@pytest.fixture(name="stored")
def fixture_stored(
    hass_storage: dict[str, Any], entry: MockConfigEntry
) -> Callable[[], dict[str, Any]]:
    """Return what tells what the private store has."""

    def stored() -> dict[str, Any]:
        store = hass_storage.get(f"ocpp_cs.{entry.entry_id}.backends")
        found: dict[str, Any] = {} if store is None else store["data"]["backends"]
        return found

    return stored


def is_connected(hub: Hub, charge_point_id: str = "BOX") -> bool:
    return any(
        state.connected
        for (_, one), state in hub.backends.states.items()
        if one == charge_point_id
    )


async def test_a_backend_is_added_with_little(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    form: OpenForm,
    url: str,
) -> None:
    flow = await form()
    assert flow.step == "user"
    assert await flow.go(**entered(f" {url} ")) == "rights"
    assert flow.said["name"] == "Employer"
    await saved(flow)
    (backend,) = backends(setup_integration)
    assert backend.title == "Employer"
    assert backend.data == {
        "url": url,
        "version": "1.6",
        "chargers": ["BOX"],
        "sessions": "all",
        "pays": False,
        "may_override": False,
        "unknown_tags": False,
    }
    settings = hub.backends.settings_of(backend.subentry_id)
    # It is told of sessions, and may do nothing.
    assert settings.roles == frozenset()
    assert settings.charge_points == {"BOX"}
    await wait_for(hass, lambda: is_connected(hub))


async def test_of_several_chargers_none_is_chosen_beforehand(form: OpenForm) -> None:
    flow = await form()
    (chargers,) = (
        key for key in flow.result["data_schema"].schema if key == "chargers"
    )
    # Without a suggestion, the frontend chooses the first one.
    assert chargers.description == {"suggested_value": []}


async def test_all_that_it_may_do(
    hub: Hub, setup_integration: MockConfigEntry, form: OpenForm, url: str
) -> None:
    flow = await form()
    await flow.go(
        **entered(url, login={"identity": " BOX "}, version="1.6"),
    )
    rights = {
        "sessions": "own",
        "pays": True,
        "may": {
            "authorize": True,
            "start_stop": True,
            "limit": True,
            "may_override": True,
            "configure": True,
        },
        "cards": {
            "tags": ["ANNA", " COMPANY "],
            "unknown_tags": True,
            "rewritten": "ANNA = COMPANY\n\n BEN=COMPANY2",
            "default_tag": " COMPANY ",
        },
        "special": {"vendor_ids": ["Vendor.Example", " "]},
    }
    assert await flow.go(**rights) == "try"
    assert await flow.wait() == "created"
    (backend,) = backends(setup_integration)
    settings = hub.backends.settings_of(backend.subentry_id)
    assert settings.roles == set(Role)
    assert settings.sessions is SessionChoice.OWN
    assert settings.pays
    assert settings.owns_tag("company")
    assert settings.takes_unknown_tags
    assert settings.told_tag("anna", without_card=False) == "COMPANY"
    assert settings.told_tag("ben", without_card=False) == "COMPANY2"
    assert settings.told_tag("", without_card=True) == "COMPANY"
    assert settings.vendor_ids == {"vendor.example"}
    assert settings.owner_may_override
    # All of it is shown again, and saved as it is.
    flow = await form(backend)
    await flow.choose("rights")
    assert await flow.go() == "abort:reconfigure_successful"
    (again,) = backends(setup_integration)
    assert again.data == {**backend.data}


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"name": "  "}, {"name": "name_missing"}),
        ({"url": "employer.example"}, {"url": "url_scheme"}),
        ({"url": "https://employer.example/"}, {"url": "url_scheme"}),
        ({"url": "wss://"}, {"url": "url_invalid"}),
        ({"url": "wss://employer.example:port/"}, {"url": "url_invalid"}),
        ({"url": "wss://employer .example/"}, {"url": "url_invalid"}),
        ({"url": "wss://[::1/"}, {"url": "url_invalid"}),
        ({"url": "wss://employer.example/#top"}, {"url": "url_invalid"}),
        ({"url": "wss://user:secret@employer.example/"}, {"url": "url_login"}),
        ({"chargers": []}, {"chargers": "no_charger", "base": "not_saved"}),
        (
            {"chargers": ["BOX", "YARD"], "login": {"identity": "CP-7"}},
            {"login": "identity_of_several", "base": "not_saved"},
        ),
    ],
)
async def test_what_is_wrong_is_told(
    form: OpenForm, url: str, wrong: dict[str, Any], errors: dict[str, str]
) -> None:
    flow = await form()
    assert await flow.go(**entered(url, **wrong)) == "user"
    assert flow.result["errors"] == errors
    # Once it is right, it goes on.
    assert await flow.go(**entered(url)) == "rights"


async def test_the_server_is_no_backend_of_itself(form: OpenForm, port: int) -> None:
    for host in ("localhost", "127.0.0.1"):
        flow = await form()
        await flow.go(**entered(f"ws://{host}:{port}/"))
        assert flow.result["errors"] == {"url": "url_is_own"}


async def test_the_same_backend_is_told(
    form: OpenForm, add_backend: AddBackend, url: str
) -> None:
    known = add_backend()
    flow = await form()
    await flow.go(**entered(f"{url}/"))
    assert flow.result["errors"] == {"url": "same_backend"}
    assert flow.said["backend"] == "Employer"
    # It may be there for another charger, or under another id.
    assert await flow.go(**entered(url, chargers=["YARD"])) == "rights"
    # It is not the same as itself.
    flow = await form(known)
    await flow.choose("connection")
    assert await flow.go(**entered(url)) == "try"
    assert await flow.wait() == "abort:reconfigure_successful"


@pytest.mark.parametrize(
    ("rights", "errors"),
    [
        (
            {"cards": {"rewritten": "ANNA", "unknown_tags": False}},
            {"cards": "rewriting_invalid"},
        ),
        (
            {"cards": {"rewritten": "ANNA=", "unknown_tags": False}},
            {"cards": "rewriting_invalid"},
        ),
        (
            {"cards": {"rewritten": "ANNA=X\nanna=Y", "unknown_tags": False}},
            {"cards": "rewriting_invalid"},
        ),
        # 1.6 has 20 characters.
        (
            {"cards": {"rewritten": "ANNA=" + 21 * "X", "unknown_tags": False}},
            {"cards": "rewriting_invalid"},
        ),
        (
            {"cards": {"default_tag": 21 * "X", "unknown_tags": False}},
            {"cards": "default_tag_invalid"},
        ),
        (
            {"cards": {"tags": [256 * "X"], "unknown_tags": False}},
            {"cards": "invalid_id_tag"},
        ),
        (
            {
                "may": {
                    "authorize": False,
                    "start_stop": False,
                    "limit": False,
                    "configure": False,
                    "may_override": True,
                }
            },
            {"may": "override_without_limit"},
        ),
        (
            {"cards": {"unknown_tags": True}},
            {"cards": "unknown_without_authorize"},
        ),
    ],
)
async def test_wrong_rights_are_told(
    form: OpenForm, url: str, rights: dict[str, Any], errors: dict[str, str]
) -> None:
    flow = await form()
    await flow.go(**entered(url))
    assert await flow.go(**rights) == "rights"
    assert flow.result["errors"] == {**errors, "base": "not_saved"}


@pytest.mark.parametrize("subentries", [[]])
async def test_without_chargers_there_is_nothing_to_tell(form: OpenForm) -> None:
    assert (await form()).step == "abort:no_chargers"


# The trial.


async def test_a_wrong_password_is_told_and_corrected(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    form: OpenForm,
    employer: World,
    url: str,
    stored: Stored,
) -> None:
    charge_point = employer.central_system.charge_points["BOX"]
    charge_point.security_rules = SecurityRules(
        password_needed=True, passwords=(hashed(PASSWORD),)
    )
    flow = await form()
    await flow.go(**entered(url, login={"password": "wrong"}))
    await flow.go()
    assert await flow.wait() == "not_connected"
    assert "refuses the login" in flow.said["problems"]
    assert "`Garage`" in flow.said["problems"]
    assert flow.said["host"] == f"127.0.0.1:{employer.central_system.port}"
    assert "wrong" not in str(flow.said)
    # What was entered is there, but for the password. The rights are not asked again.
    assert await flow.choose("user") == "user"
    assert await flow.go(**entered(url, login={"password": PASSWORD})) == "try"
    assert await flow.wait() == "created"
    (backend,) = backends(setup_integration)
    assert PASSWORD not in str(backend.data)
    (secrets,) = stored().values()
    assert secrets["password"] == PASSWORD
    await wait_for(hass, lambda: is_connected(hub))


async def test_nobody_there_and_saved_all_the_same(
    form: OpenForm,
    setup_integration: MockConfigEntry,
    unused_tcp_port_factory: Callable[[], int],
) -> None:
    flow = await form()
    await flow.go(**entered(f"ws://127.0.0.1:{unused_tcp_port_factory()}/x"))
    await flow.go()
    assert await flow.wait() == "not_connected"
    assert "Nobody answers" in flow.said["problems"]
    assert await flow.choose("try") == "try"
    assert await flow.wait() == "not_connected"
    assert await flow.choose("save") == "created"
    assert len(backends(setup_integration)) == 1


async def test_another_version_is_told(form: OpenForm, socket_enabled: None) -> None:
    v1_6 = load_versions().agreed("ocpp1.6")
    old = World(MemoryStore(), versions=Versions(v1_6, assumed=v1_6))
    await old.start()
    old.adopt("BOX")
    flow = await form()
    address = f"ws://127.0.0.1:{old.central_system.port}/"
    await flow.go(**entered(address, version="2.0.1"))
    await flow.go()
    assert await flow.wait() == "not_connected"
    assert "version" in flow.said["problems"]
    await old.central_system.stop()


async def test_an_unknown_charger_is_told(
    form: OpenForm, employer: World, url: str
) -> None:
    employer.unknown = Admission.REFUSED
    flow = await form()
    await flow.go(**entered(url, chargers=["BOX", "YARD"]))
    await flow.go()
    assert await flow.wait() == "not_connected"
    assert "`Yard`" in flow.said["problems"]
    assert "Garage" not in flow.said["problems"]


# Certificates.


@pytest.fixture
async def secure_url(employer: World) -> str:
    """Return the address of the backend with TLS."""
    employer.central_system.tls = server_context()
    await employer.central_system.listen_tls(0)
    return f"wss://127.0.0.1:{employer.central_system.tls_port}/ocpp"


def client_pair(authority: Ca | None = None, **life: Any) -> KeyAndCertificate:
    """Return the key and the certificate of the charger."""
    key = new_key()
    return KeyAndCertificate(
        key=key_pem(key), chain=(authority or ca()).sign(key, "BOX", **life)
    )


async def test_a_backend_with_its_own_issuer(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    form: OpenForm,
    upload: Upload,
    secure_url: str,
) -> None:
    flow = await form()
    await flow.go(**entered(secure_url))
    await flow.go()
    assert await flow.wait() == "not_connected"
    assert "not trusted" in flow.said["problems"]
    await flow.choose("user")
    files = {"authority": await upload(ca().pem)}
    await flow.go(**entered(secure_url, certificates=files))
    assert await flow.wait() == "created"
    await wait_for(hass, lambda: is_connected(hub))
    (backend,) = backends(setup_integration)
    assert "CERTIFICATE" not in str(backend.data)


async def test_a_certificate_of_the_charger(
    hass: HomeAssistant,
    hub: Hub,
    form: OpenForm,
    upload: Upload,
    employer: World,
    secure_url: str,
) -> None:
    pair = client_pair()
    flow = await form()
    await flow.go(
        **entered(
            secure_url,
            certificates={
                "authority": await upload(ca().pem),
                "client_certificate": await upload(pair.chain),
                "client_key": await upload(pair.key),
            },
        )
    )
    await saved(flow)
    await wait_for(hass, lambda: is_connected(hub))
    security = employer.central_system.charge_points["BOX"].security
    assert security.tls is not None
    assert security.tls.certificate is not None


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ({"authority": "rubbish"}, "authority_unreadable"),
        ({"client_certificate": "CHAIN"}, "client_incomplete"),
        ({"client_key": "KEY"}, "client_incomplete"),
        ({"client_certificate": "KEY", "client_key": "CHAIN"}, "swapped"),
        ({"client_certificate": "CHAIN", "client_key": "OTHER"}, "key_mismatch"),
        ({"client_certificate": "rubbish", "client_key": "KEY"}, "client_unreadable"),
        ({"client_certificate": "CHAIN", "client_key": "rubbish"}, "key_unreadable"),
        ({"client_certificate": "EXPIRED", "client_key": "EXPIRED"}, "client_expired"),
    ],
)
async def test_wrong_files_are_told(
    form: OpenForm,
    upload: Upload,
    secure_url: str,
    files: dict[str, str],
    error: str,
) -> None:
    pair, old = client_pair(), client_pair(begins=-3 * DAY, ends=-2 * DAY)
    content = {
        "CHAIN": pair.chain,
        "KEY": pair.key,
        "OTHER": old.key,
        "EXPIRED": old.chain + old.key,
    }
    flow = await form()
    uploaded = {
        field: await upload(content.get(what, what)) for field, what in files.items()
    }
    assert await flow.go(**entered(secure_url, certificates=uploaded)) == "user"
    assert flow.result["errors"] == {"certificates": error, "base": "not_saved"}
    right = {
        "client_certificate": await upload(pair.chain),
        "client_key": await upload(pair.key),
    }
    assert await flow.go(**entered(secure_url, certificates=right)) == "rights"


async def test_certificates_need_encryption(
    form: OpenForm, upload: Upload, url: str
) -> None:
    flow = await form()
    files = {"authority": await upload(ca().pem)}
    await flow.go(**entered(url, certificates=files))
    assert flow.result["errors"] == {
        "certificates": "certificate_without_tls",
        "base": "not_saved",
    }


# One that exists.


async def test_a_password_is_kept_changed_and_forgotten(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    form: OpenForm,
    employer: World,
    url: str,
    stored: Stored,
) -> None:
    other = charger_subentry("YARD")["unique_id"]
    employer.adopt(other)
    charge_point = employer.central_system.charge_points["BOX"]
    charge_point.security_rules = SecurityRules(
        password_needed=True, passwords=(hashed(PASSWORD), hashed("other-password"))
    )
    flow = await form()
    await flow.go(**entered(url, login={"password": PASSWORD}))
    await saved(flow)
    await wait_for(hass, lambda: is_connected(hub))
    flow = await form()
    await flow.go(**entered(url, name="Second", chargers=["YARD"]))
    await saved(flow)
    await wait_for(hass, lambda: is_connected(hub, "YARD"))
    first, second = backends(setup_integration)
    yard = hub.backends.upstreams.stations[second.subentry_id, "YARD"]
    # An empty field changes nothing, not even the connection.
    before = hub.backends.upstreams.stations[first.subentry_id, "BOX"]
    flow = await form(first)
    assert flow.said == {"name": "Employer", "waiting": "0"}
    await flow.choose("connection")
    # It is not even tried, as that would interrupt it.
    assert await flow.go(**entered(url)) == "abort:reconfigure_successful"
    assert hub.backends.upstreams.stations[first.subentry_id, "BOX"] is before
    # Another password connects just that backend anew.
    flow = await form(first)
    await flow.choose("connection")
    await flow.go(**entered(url, login={"password": "other-password"}))
    assert await flow.wait() == "abort:reconfigure_successful"
    assert hub.backends.upstreams.stations[first.subentry_id, "BOX"] is not before
    assert hub.backends.upstreams.stations[second.subentry_id, "YARD"] is yard
    await wait_for(hass, lambda: len(stored()) == 1)
    (secrets,) = stored().values()
    assert secrets["password"] == "other-password"
    await wait_for(hass, lambda: is_connected(hub))
    # It is forgotten if the user says so; the backend refuses us then.
    flow = await form(first)
    await flow.choose("connection")
    await flow.go(**entered(url, login={"forget_password": True}))
    assert await flow.wait() == "not_connected"
    await flow.choose("save")
    await wait_for(hass, lambda: not stored())


async def test_secrets_outlive_a_restart_and_go_with_the_backend(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    form: OpenForm,
    employer: World,
    url: str,
    stored: Stored,
) -> None:
    charge_point = employer.central_system.charge_points["BOX"]
    charge_point.security_rules = SecurityRules(
        password_needed=True, passwords=(hashed(PASSWORD),)
    )
    flow = await form()
    await flow.go(**entered(url, login={"password": PASSWORD}))
    await saved(flow)
    hass.data.pop("ocpp_cs_backend_secrets")
    await hass.config_entries.async_reload(setup_integration.entry_id)
    await wait_for(hass, lambda: is_connected(setup_integration.runtime_data))
    (backend,) = backends(setup_integration)
    hass.config_entries.async_remove_subentry(setup_integration, backend.subentry_id)
    await hass.async_block_till_done()
    await wait_for(hass, lambda: not stored())


async def test_a_backend_that_was_deleted_meanwhile(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    form: OpenForm,
    add_backend: AddBackend,
    url: str,
) -> None:
    backend = add_backend()
    flow = await form(backend)
    await flow.choose("rights")
    hass.config_entries.async_remove_subentry(setup_integration, backend.subentry_id)
    await hass.async_block_till_done()
    assert await flow.go() == "abort:deleted_meanwhile"


async def test_a_backend_that_others_changed_meanwhile(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    form: OpenForm,
    add_backend: AddBackend,
) -> None:
    backend = add_backend()
    flow = await form(backend)
    await flow.choose("rights")
    hass.config_entries.async_update_subentry(
        setup_integration, backend, data={**backend.data, "pays": True}
    )
    assert await flow.go(pays=False) == "rights"
    assert flow.result["errors"]["base"] == "changed_meanwhile"
    assert await flow.go(pays=False) == "abort:reconfigure_successful"

"""The form that turns encryption on, and all that can be entered wrong in it."""

from collections.abc import Callable
from pathlib import Path
import socket
import ssl
from typing import Any

from aiohttp import FormData
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.model.security import SecurityLevel, SecurityRules
from custom_components.ocpp_cs.csms.security import chains
from custom_components.ocpp_cs.csms.security.authority import (
    KeyAndCertificate,
    new_authority,
    new_leaf,
)
from custom_components.ocpp_cs.forms.server import address_problem
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.security.path_secrets import async_own_address
from tests.csms.pki import DAY, NOW, ca
from tests.integration.certificates.test_encryption import MISTAKES
from tests.integration.conftest import HOST, AddCharger
from tests.integration.helpers.encryption import (
    Files,
    changed,
    encrypted,
    encryption_of,
    is_open,
    issued,
    minutes,
    shown_certificate,
    told,
    trusting,
    works,
)
from tests.integration.helpers.goe import Flow, add_charger

pytestmark = pytest.mark.usefixtures("socket_enabled")

type Upload = Callable[[str | bytes], Any]


@pytest.fixture
def tls_port(unused_tcp_port_factory: Callable[[], int]) -> int:
    return unused_tcp_port_factory()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
async def upload(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Upload:
    """Return a function that uploads a file as the frontend does, and returns its id."""
    assert await async_setup_component(hass, DOMAIN, {})
    client = await hass_client()

    async def send(content: str | bytes) -> str:
        form = FormData()
        raw = content.encode() if isinstance(content, str) else content
        form.add_field("file", raw, filename="file.pem")
        response = await client.post("/api/file_upload", data=form)
        assert response.status == 200, await response.text()
        file_id: str = (await response.json())["file_id"]
        return file_id

    return send


async def opened(hass: HomeAssistant, entry: MockConfigEntry) -> Flow:
    """Open the form."""
    manager = hass.config_entries.options
    flow = Flow(hass, manager, "options")
    await flow.take(await manager.async_init(entry.entry_id))
    assert await flow.choose("encryption") == "encryption"
    return flow


def entered(port: int, **other: Any) -> dict[str, Any]:
    """Return what a user enters who turns it on."""
    return {
        "enabled": True,
        "port": port,
        "source": "made",
        "old_chargers": {"old_versions": False},
        "further_authorities": {"forget_trusted": False},
        **other,
    }


def errors(flow: Flow) -> dict[str, str]:
    """Return the errors of the form."""
    return dict(flow.result["errors"] or {})


async def test_one_switch(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    port: int,
    tls_port: int,
) -> None:
    """It works when the page is shown that says what to do next; and off again."""
    entry = setup_integration
    flow = await opened(hass, entry)
    assert flow.said["plain_port"] == str(port)
    assert await flow.go(**entered(tls_port)) == "encrypted"
    assert flow.said["url"] == f"wss://{HOST}:{tls_port}/"
    root = encryption_of(hub).root
    assert root is not None
    shown = flow.said["fingerprint"].replace(":", "").split("\n")
    assert [len(line) for line in shown] == [16] * 4
    certificate = x509.load_pem_x509_certificate(root.encode())
    assert "".join(shown).lower() == certificate.fingerprint(hashes.SHA256()).hex()
    assert flow.said["pem"].endswith("/api/ocpp_cs/ca.pem")
    assert flow.said["der"].endswith("/api/ocpp_cs/ca.der")
    assert flow.said["pem"].startswith("http")
    await shown_certificate(tls_port, trusting(root))
    assert await flow.go() == "created"
    assert entry.options["encryption"] == {
        "enabled": True,
        "port": tls_port,
        "source": "made",
        "old_versions": False,
    }
    one = await charger(
        "CP1", f"wss://{HOST}:{tls_port}/", tls=trusting(root), accepted=False
    )
    flow = await opened(hass, entry)
    assert await flow.go(**entered(tls_port, enabled=False)) == "created"
    await hass.async_block_till_done()
    assert not await is_open(tls_port)
    assert one.connected
    # The same certificate when it is on again.
    flow = await opened(hass, entry)
    assert await flow.go(**entered(tls_port)) == "encrypted"
    assert encryption_of(hub).root == root


async def test_other_options_are_kept(
    hass: HomeAssistant, hub: Hub, setup_integration: MockConfigEntry, tls_port: int
) -> None:
    entry = setup_integration
    hass.config_entries.async_update_entry(entry, options={"unknown": "refuse"})
    flow = await opened(hass, entry)
    await flow.go(**entered(tls_port, old_chargers={"old_versions": True}))
    await flow.go()
    assert entry.options["unknown"] == "refuse"
    assert entry.options["encryption"]["old_versions"] is True
    # Those of another form leave encryption as it is.
    manager = hass.config_entries.options
    flow = Flow(hass, manager, "options")
    await flow.take(await manager.async_init(entry.entry_id))
    await flow.choose("access")
    await flow.go(allowed="any", secret_only=False)
    assert entry.options["encryption"]["port"] == tls_port


async def test_ports(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    port: int,
    tls_port: int,
    unused_tcp_port_factory: Callable[[], int],
) -> None:

    flow = await opened(hass, setup_integration)
    assert await flow.go(**entered(port)) == "encryption"
    assert errors(flow) == {"port": "port_is_plain"}
    assert await flow.go(**entered(70_000)) == "encryption"
    assert errors(flow) == {"port": "number_range"}
    with socket.create_server((HOST, tls_port)):
        assert await flow.go(**entered(tls_port)) == "encryption"
        assert errors(flow) == {"port": "port_in_use"}
    assert await flow.go(**entered(tls_port)) == "encrypted"
    await flow.go()
    # Its own port is no error, and another one takes its place.
    flow = await opened(hass, setup_integration)
    assert await flow.go(**entered(tls_port)) == "encrypted"
    await flow.go()
    flow = await opened(hass, setup_integration)
    other = unused_tcp_port_factory()
    assert await flow.go(**entered(other)) == "encrypted"
    assert flow.said["url"] == f"wss://{HOST}:{other}/"
    assert not await is_open(tls_port)
    assert await address_problem(hass, HOST, other) == (
        {"port": "port_is_ours"},
        {"server": setup_integration.title},
    )


FIELDS = {
    "key_unreadable": "key",
    "key_encrypted": "key",
    "key_mismatch": "key",
}
"""Where an error is shown; the others are at the certificate."""


def _elsewhere() -> KeyAndCertificate:
    authority = new_authority("Elsewhere", now=NOW)
    pair = new_leaf(authority, ["elsewhere.example"], now=NOW)
    return KeyAndCertificate(key=pair.key, chain=pair.chain + authority.chain)


MORE: dict[str, Callable[[], KeyAndCertificate]] = {
    **MISTAKES,
    "chain_incomplete": lambda: issued(whole=False),
    "expired": lambda: issued(begins=-3 * DAY, ends=-DAY),
    "not_yet_valid": lambda: issued(begins=DAY),
    "name_missing": _elsewhere,
}


@pytest.mark.parametrize("mistake", MORE)
async def test_each_mistake_in_files(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    files: Files,
    tls_port: int,
    mistake: str,
) -> None:
    """An error at its field, and nothing is changed; then it is mended."""
    entry = setup_integration
    paths = {"certificate": str(files.certificate), "key": str(files.key)}
    flow = await opened(hass, entry)
    assert await flow.go(**entered(tls_port, source="files")) == "encryption_files"
    assert await flow.go(**paths) == "encryption_files"
    assert errors(flow) == {"certificate": "file_missing"}
    assert flow.said["path"] == str(files.certificate)
    files.write(MORE[mistake]())
    assert await flow.go(**paths) == "encryption_files"
    assert errors(flow) == {FIELDS.get(mistake, "certificate"): mistake}
    if mistake == "name_missing":
        assert flow.said["names"] == "elsewhere.example"
        assert HOST in flow.said["own"]
    assert "encryption" not in entry.options
    assert told(hass) == []
    files.write(issued())
    assert await flow.go(**paths) == "encrypted_own"
    assert flow.said["url"] == f"wss://{HOST}:{tls_port}/"
    await shown_certificate(tls_port, trusting(ca().pem))
    await flow.go()
    assert entry.options["encryption"]["certificate"] == str(files.certificate)


async def test_it_may_be_used_all_the_same(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    files: Files,
    tls_port: int,
) -> None:
    """A certificate for another name may be right where we cannot know it."""
    files.write(_elsewhere())
    paths = {"certificate": str(files.certificate), "key": str(files.key)}
    flow = await opened(hass, setup_integration)
    await flow.go(**entered(tls_port, source="files"))
    assert "use_anyway" not in flow.result["data_schema"].schema
    await flow.go(**paths)
    assert "use_anyway" in flow.result["data_schema"].schema
    assert await flow.go(**paths, use_anyway=True) == "encrypted_own"
    assert flow.said["url"] == f"wss://elsewhere.example:{tls_port}/"


async def test_home_assistants_own(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    files: Files,
    tls_port: int,
) -> None:
    flow = await opened(hass, setup_integration)
    given = entered(tls_port, source="home_assistant")
    assert await flow.go(**given) == "encryption"
    assert errors(flow) == {"source": "not_of_home_assistant"}
    hass.http.ssl_certificate = str(files.certificate)
    hass.http.ssl_key = str(files.key)
    await flow.go(**given)
    assert errors(flow) == {"source": "file_missing"}
    files.write(issued(begins=-3 * DAY, ends=-DAY))
    await flow.go(**given)
    assert errors(flow) == {"source": "expired"}
    files.write(issued())
    assert await flow.go(**given) == "encrypted_own"
    await flow.go()
    # What is entered for files is kept no longer than it is needed.
    flow = await opened(hass, setup_integration)
    await flow.go(**entered(tls_port, source="files"))
    paths = {"certificate": str(files.certificate), "key": str(files.key)}
    assert await flow.go(**paths) == "encrypted_own"
    await flow.go()
    assert "certificate" in setup_integration.options["encryption"]
    flow = await opened(hass, setup_integration)
    assert await flow.go(**given) == "encrypted_own"
    await flow.go()
    assert "certificate" not in setup_integration.options["encryption"]


async def test_a_public_issuer(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    files: Files,
    tls_port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing is to be installed on chargers: the page does not speak of our certificate."""

    files.write(issued(whole=False))
    monkeypatch.setattr(
        chains,
        "_known",
        lambda subject: (
            (ca().certificate,) if subject == ca().certificate.subject else ()
        ),
    )
    flow = await opened(hass, setup_integration)
    await flow.go(**entered(tls_port, source="files"))
    paths = {"certificate": str(files.certificate), "key": str(files.key)}
    assert await flow.go(**paths) == "encrypted_public"
    assert await flow.go() == "created"


async def test_uploaded_files(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    upload: Upload,
    tls_port: int,
) -> None:
    """Only what is wrong is uploaded again, and nothing the next time."""
    entry = setup_integration
    pair = issued()
    given = entered(tls_port, source="upload")
    flow = await opened(hass, entry)
    assert await flow.go(**given) == "encryption_upload"
    assert await flow.go() == "encryption_upload"
    assert errors(flow) == {"certificate": "file_needed"}
    await flow.go(certificate=await upload(pair.chain), key=await upload(issued().key))
    assert errors(flow) == {"key": "key_mismatch"}
    assert await flow.go(key=await upload(pair.key)) == "encrypted_own"
    await shown_certificate(tls_port, trusting(ca().pem))
    await flow.go()
    assert "BEGIN" not in str(entry.options["encryption"])
    flow = await opened(hass, entry)
    await flow.go(**given)
    assert await flow.go() == "encrypted_own"
    await flow.go()
    # A renewed one is used at once, although the options are the same.
    renewed = issued()
    flow = await opened(hass, entry)
    await flow.go(**given)
    assert (
        await flow.go(
            certificate=await upload(renewed.chain), key=await upload(renewed.key)
        )
        == "encrypted_own"
    )
    certificate = await shown_certificate(tls_port, trusting(ca().pem))
    wanted = x509.load_pem_x509_certificate(renewed.chain.encode())
    assert certificate.serial_number == wanted.serial_number
    # One file with both.
    flow = await opened(hass, entry)
    await flow.go(**given)
    both = await upload(pair.key + pair.chain)
    assert await flow.go(certificate=both) == "encrypted_own"
    # Files that cannot be text.
    flow = await opened(hass, entry)
    await flow.go(**given)
    leaf = x509.load_pem_x509_certificate(pair.chain.encode())
    await flow.go(certificate=await upload(leaf.public_bytes(Encoding.DER)))
    assert errors(flow)["certificate"] == "binary"
    await flow.go(certificate=await upload(b"\0" * 300_000))
    assert errors(flow)["certificate"] == "unreadable"
    await flow.go(certificate="0" * 32)
    assert errors(flow)["certificate"] == "unreadable"


async def test_further_issuers(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    upload: Upload,
    tls_port: int,
) -> None:
    entry = setup_integration
    flow = await opened(hass, entry)

    async def give(content: str | bytes) -> str:
        section = {"forget_trusted": False, "trusted": await upload(content)}
        return await flow.go(**entered(tls_port, further_authorities=section))

    leaf = x509.load_pem_x509_certificate(issued().chain.encode())
    for content, error in (
        (issued(whole=False).chain, "no_authority"),
        ("nothing", "authority_unreadable"),
        (leaf.public_bytes(Encoding.DER), "authority_binary"),
    ):
        assert await give(content) == "encryption"
        assert errors(flow) == {"further_authorities": error}
    assert await give(ca().pem) == "encrypted"
    await flow.go()
    assert entry.options["encryption"]["trusted"] == ca().pem
    # Nothing else of the file is kept, least of all a private key.
    flow = await opened(hass, entry)
    secret = issued().key
    assert await give(f"# Müller\n{secret}{ca().pem}".encode()) == "encrypted"
    await flow.go()
    assert entry.options["encryption"]["trusted"] == ca().pem
    # They stay until they are removed.
    flow = await opened(hass, entry)
    await flow.go(**entered(tls_port))
    await flow.go()
    assert entry.options["encryption"]["trusted"] == ca().pem
    flow = await opened(hass, entry)
    forget = {"forget_trusted": True}
    await flow.go(**entered(tls_port, further_authorities=forget))
    await flow.go()
    assert "trusted" not in entry.options["encryption"]


async def test_the_store_is_of_a_later_version(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    hass_storage: dict[str, Any],
    tls_port: int,
) -> None:
    """It is saved, and said that it does not work yet."""
    hass_storage["ocpp_cs.certificates"] = {
        "version": 9,
        "minor_version": 1,
        "key": "ocpp_cs.certificates",
        "data": {},
    }
    flow = await opened(hass, setup_integration)
    assert await flow.go(**entered(tls_port)) == "abort:encryption_failed"
    assert [one.translation_key for one in told(hass)] == ["certificates_newer"]
    await minutes(hass, hub)
    assert len(told(hass)) == 1
    with pytest.raises(OSError):
        await shown_certificate(
            tls_port, trusting(None, check_hostname=False, verify_mode=ssl.CERT_NONE)
        )


async def test_an_upload_that_cannot_be_stored(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    hass_storage: dict[str, Any],
    upload: Upload,
    tls_port: int,
) -> None:
    hass_storage["ocpp_cs.certificates"] = {
        "version": 9,
        "minor_version": 1,
        "key": "ocpp_cs.certificates",
        "data": {},
    }
    pair = issued()
    flow = await opened(hass, setup_integration)
    await flow.go(**entered(tls_port, source="upload"))
    chain, key = await upload(pair.chain), await upload(pair.key)
    assert await flow.go(certificate=chain, key=key) == "encryption_upload"
    assert errors(flow) == {"base": "not_stored"}
    assert "encryption" not in setup_integration.options


async def test_while_the_server_does_not_run(
    hass: HomeAssistant, setup_integration: MockConfigEntry, tls_port: int
) -> None:
    """It is saved, and holds from the next start on."""
    entry = setup_integration
    await hass.config_entries.async_unload(entry.entry_id)
    flow = await opened(hass, entry)
    assert await flow.go(**entered(tls_port)) == "created"
    assert entry.options["encryption"]["enabled"] is True


# Addresses of chargers.


async def test_a_new_charger_is_shown_both_addresses(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    port: int,
    tls_port: int,
) -> None:
    """The encrypted one first, with when to use it; nothing of it while it is off."""
    entry = setup_integration
    flow = await add_charger(hass, entry)
    await flow.choose("manual")
    assert flow.said["encrypted"] == ""
    await changed(hass, entry, **encrypted(tls_port))
    await works(hass, hub)
    flow = await add_charger(hass, entry)
    await flow.choose("manual")
    assert f"`wss://{HOST}:{tls_port}/" in flow.said["encrypted"]
    assert "/api/ocpp_cs/ca.pem" in flow.said["encrypted"]
    assert flow.said["url"].startswith(f"ws://{HOST}:{port}/")
    flow = await add_charger(hass, entry)
    await flow.choose("vendor")
    await flow.go(vendor="other", charge_point_id="CP 7")
    (secret,) = {
        said.rpartition("/CP%207")[0].rpartition("/")[2]
        for said in (flow.said["url"], flow.said["encrypted"])
    }
    assert flow.said["url"] == f"ws://{HOST}:{port}/{secret}/CP%207"
    assert f"`wss://{HOST}:{tls_port}/{secret}/CP%207`" in flow.said["encrypted"]


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_a_charger_that_needs_encryption_is_given_that_address(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    port: int,
    tls_port: int,
) -> None:
    entry = setup_integration
    (subentry,) = entry.subentries.values()
    await changed(hass, entry, **encrypted(tls_port))
    await works(hass, hub)
    plain = await async_own_address(hass, entry, subentry)
    assert plain.startswith(f"ws://{HOST}:{port}/")
    rules = SecurityRules(level=SecurityLevel.TLS)
    hub.central_system.charge_points["CP1"].security_rules = rules
    address = await async_own_address(hass, entry, subentry)
    assert address == plain.replace(f"ws://{HOST}:{port}", f"wss://{HOST}:{tls_port}")

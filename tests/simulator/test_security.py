"""Roots, certificates, TLS and the way up from security profile 0 to 3."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256, sha512
import socket
import ssl
from typing import Any
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
import pytest

from simulator import Faults, Generic, SecuritySettings
from simulator.errors import CallError
from tests.simulator.central import Central, Payload
from tests.simulator.helpers import FAST
from tests.simulator.pki import (
    EPOCH,
    TOMORROW,
    Authority,
    authority,
    key_pem,
    pem,
    shared_port,
)

ROOT = "CentralSystemRootCertificate"
KEY = "00112233445566778899AABBCCDDEEFF01234567"
LONG_AGO = datetime.now(UTC) - timedelta(days=3)


@pytest.fixture(scope="module")
def home() -> Authority:
    return authority()


def make(url: str, **options: Any) -> Generic:
    return Generic(url, "CP", **(FAST | options))


async def change(central: Central, key: str, value: object) -> str:
    answer = await central.ask("ChangeConfiguration", {"key": key, "value": str(value)})
    return str(answer["status"])


async def install(central: Central, certificate: str) -> str:
    answer = await central.ask(
        "InstallCertificate", {"certificateType": ROOT, "certificate": certificate}
    )
    return str(answer["status"])


async def installed(central: Central) -> Payload:
    return await central.ask("GetInstalledCertificateIds", {"certificateType": ROOT})


class TestRoots:
    async def test_installed_listed_deleted(
        self, central: Central, home: Authority
    ) -> None:
        second = authority("Second")
        async with make(central.url) as charger:
            await charger.wait_idle()
            assert await installed(central) == {"status": "NotFound"}
            for _ in range(2):
                assert await install(central, home.pem) == "Accepted"
            assert await install(central, second.pem) == "Accepted"
            answer = await installed(central)
            point = home.key.public_key().public_bytes(
                serialization.Encoding.X962,
                serialization.PublicFormat.UncompressedPoint,
            )
            named = {
                "hashAlgorithm": "SHA256",
                "issuerNameHash": sha256(
                    home.certificate.subject.public_bytes()
                ).hexdigest(),
                "issuerKeyHash": sha256(point).hexdigest(),
                "serialNumber": f"{home.certificate.serial_number:x}",
            }
            assert answer["status"] == "Accepted"
            assert answer["certificateHashData"][0] == named
            assert len(answer["certificateHashData"]) == 2
            wrong = named | {"serialNumber": "1"}
            other = {
                "hashAlgorithm": "SHA512",
                "issuerNameHash": sha512(
                    home.certificate.subject.public_bytes()
                ).hexdigest(),
                "issuerKeyHash": sha512(point).hexdigest().upper(),
                "serialNumber": f"0{home.certificate.serial_number:X}",
            }
            for data, status in (
                (wrong, "NotFound"),
                (other, "Accepted"),
                (named, "NotFound"),
            ):
                assert await central.ask(
                    "DeleteCertificate", {"certificateHashData": data}
                ) == {"status": status}
            assert len((await installed(central))["certificateHashData"]) == 1

    async def test_what_is_no_root(self, central: Central, home: Authority) -> None:
        old = authority("Old", ends=LONG_AGO)
        async with make(central.url) as charger:
            await charger.wait_idle()
            for text in ("nonsense", home.pem[:200], home.pem * 2, old.pem):
                assert await install(central, text) == "Rejected"
            answer = await central.ask(
                "InstallCertificate",
                {
                    "certificateType": "ManufacturerRootCertificate",
                    "certificate": home.pem,
                },
            )
            assert answer == {"status": "Failed"}
            for _ in range(10):
                assert await install(central, authority().pem) == "Accepted"
            assert await install(central, home.pem) == "Failed"
            charger.identity.roots.clear()
            charger.faults.root_rejected = True
            assert await install(central, home.pem) == "Rejected"
            assert await installed(central) == {"status": "NotFound"}


class TestOwnCertificate:
    @pytest.mark.parametrize("kind", ["ec", "rsa"])
    async def test_requested_and_signed(
        self, central: Central, home: Authority, kind: Any
    ) -> None:
        settings = SecuritySettings(key_kind=kind)
        async with make(central.url, security=settings) as charger:
            await charger.wait_idle()
            assert await change(central, "CpoName", "Owner") == "Accepted"
            central.rules["SignCertificate"] = {"status": "Accepted"}
            answer = await central.ask(
                "ExtendedTriggerMessage",
                {"requestedMessage": "SignChargePointCertificate"},
            )
            assert answer == {"status": "Accepted"}
            csr = (await central.expect("SignCertificate"))["csr"]
            request = x509.load_pem_x509_csr(csr.encode())
            assert request.is_signature_valid
            assert request.subject.rfc4514_string() == "CN=CP,O=Owner"
            key = request.public_key()
            if kind == "ec":
                assert isinstance(key, ec.EllipticCurvePublicKey)
                assert key.key_size == 256
            else:
                assert isinstance(key, rsa.RSAPublicKey)
                assert key.key_size == 2048
            chain = home.answer(csr)
            assert await central.ask(
                "CertificateSigned", {"certificateChain": chain}
            ) == {"status": "Accepted"}
            assert charger.identity.own is not None
            assert charger.identity.own.chain == chain

    async def test_what_is_refused(self, central: Central, home: Authority) -> None:
        central.rules["SignCertificate"] = {"status": "Accepted"}
        stranger = ec.generate_private_key(ec.SECP256R1()).public_key()
        async with make(central.url) as charger:
            await charger.wait_idle()
            never_asked = pem(home.sign(stranger, "CP"))
            assert await self._signed(central, never_asked) == "Rejected"
            assert await charger.request_certificate() == "Accepted"
            csr = central.of("SignCertificate")[0]["csr"]
            foreign = home.answer(csr).removesuffix(home.pem) + authority().pem
            bad = {
                "nonsense": "nonsense",
                "key": pem(home.sign(stranger, "CP")),
                "name": home.answer(csr, "OTHER"),
                "expired": home.answer(csr, begins=EPOCH, ends=LONG_AGO),
                "order": foreign,
            }
            for chain in bad.values():
                assert await self._signed(central, chain) == "Rejected"
            await charger.wait_idle()
            events = central.of("SecurityEventNotification")
            assert {event["type"] for event in events} == {
                "InvalidChargePointCertificate"
            }
            assert len(events) == 6
            charger.faults.unchecked_certificate = True
            for name, chain in bad.items():
                taken = name in ("name", "expired", "order")
                expected = "Accepted" if taken else "Rejected"
                assert await self._signed(central, chain) == expected, name

    @staticmethod
    async def _signed(central: Central, chain: str) -> str:
        answer = await central.ask("CertificateSigned", {"certificateChain": chain})
        return str(answer["status"])

    async def test_names(self, central: Central) -> None:
        central.rules["SignCertificate"] = {"status": "Rejected"}
        settings = SecuritySettings(common_name="SN-7")
        async with make(central.url, security=settings) as charger:
            await charger.wait_idle()
            assert await charger.request_certificate() == "Rejected"
            charger.faults.wrong_common_name = True
            await charger.request_certificate()
            names = [
                x509.load_pem_x509_csr(call["csr"].encode()).subject.rfc4514_string()
                for call in central.of("SignCertificate")
            ]
            assert names == ["CN=SN-7,O=Generic", "CN=SOMEBODY-ELSE,O=Generic"]

    async def test_other_triggers(self, central: Central) -> None:
        async with make(central.url) as charger:
            await charger.wait_idle()
            central.clear()
            for wanted, status in (
                ("LogStatusNotification", "Accepted"),
                ("Heartbeat", "Accepted"),
                ("DiagnosticsStatusNotification", "NotImplemented"),
            ):
                assert await central.ask(
                    "ExtendedTriggerMessage", {"requestedMessage": wanted}
                ) == {"status": status}
            assert await central.expect("LogStatusNotification") == {"status": "Idle"}
            await central.expect("Heartbeat")

    async def test_central_system_that_does_not_know_it(self, central: Central) -> None:
        central.rules["SignCertificate"] = ["NotImplemented", ""]
        async with make(central.url) as charger:
            await charger.wait_idle()
            with pytest.raises(CallError):
                await charger.request_certificate()


class TestProfile:
    async def test_what_it_needs(self, central: Central, home: Authority) -> None:
        async with make(central.url, security=SecuritySettings(profile=0)) as charger:
            await charger.wait_idle()
            for value in ("1", "2", "3", "4", "-1", "x", "", "+1"):
                assert await change(central, "SecurityProfile", value) == "Rejected"
            assert await change(central, "SecurityProfile", "0") == "Accepted"
            await install(central, home.pem)
            assert await change(central, "SecurityProfile", "2") == "Rejected"
            assert await change(central, "AuthorizationKey", KEY) == "Accepted"
            assert await change(central, "SecurityProfile", "3") == "Rejected"
            charger.identity.roots.clear()
            assert await change(central, "SecurityProfile", "2") == "Rejected"
            assert len(central.paths) == 1

    async def test_never_lower(self, home: Authority) -> None:
        async with Central(tls=home.server("127.0.0.1")) as central:
            settings = SecuritySettings(profile=2, roots=(home.pem,))
            url = central.url.replace("wss:", "ws:")
            async with make(url, password="pw", security=settings) as charger:
                await charger.wait_idle()
                for value in ("0", "1"):
                    assert await change(central, "SecurityProfile", value) == "Rejected"
                assert len(central.paths) == 1
                # Its owner can, at the charger; there is no plain server, though.
                await charger.enter_security(0)
                await charger.wait_for(lambda: charger.link.last_error is not None)
                assert charger.identity.profile == 0

    @pytest.mark.parametrize("same_port", [True, False])
    @pytest.mark.parametrize("reboot", [True, False])
    async def test_all_the_way_up(
        self, home: Authority, central: Central, same_port: bool, reboot: bool
    ) -> None:
        central.rules["SignCertificate"] = {"status": "Accepted"}
        async with (
            Central(tls=home.server("127.0.0.1", trusts=True)) as encrypted,
            shared_port(central.port, encrypted.port) as shared,
        ):
            encrypted.rules["SignCertificate"] = {"status": "Accepted"}
            settings = SecuritySettings(tls_port=None if same_port else encrypted.port)
            url = f"ws://127.0.0.1:{shared}/ocpp"
            faults = Faults(security_reboot=reboot)
            async with make(
                url, security=settings, faults=faults, reboot_seconds=0.01
            ) as charger:
                await charger.wait_idle()
                expected = "RebootRequired" if reboot else "Accepted"

                async def up(there: Central, profile: int) -> None:
                    said = await change(there, "SecurityProfile", profile)
                    assert said == expected
                    if reboot:
                        await there.ask("Reset", {"type": "Soft"})
                    await charger.wait_for(lambda: not charger.connected)
                    await charger.wait_idle()

                assert await change(central, "AuthorizationKey", KEY) == expected
                if reboot:
                    assert await change(central, "SecurityProfile", 1) == "Rejected"
                    await central.ask("Reset", {"type": "Soft"})
                    await charger.wait_for(lambda: not charger.connected)
                    await charger.wait_idle()
                await up(central, 1)
                assert "Authorization" in central.headers[-1]
                assert await install(central, home.pem) == "Accepted"
                await up(central, 2)
                port = shared if same_port else encrypted.port
                assert charger.link.url == f"wss://127.0.0.1:{port}/ocpp/CP"
                assert "Authorization" in encrypted.headers[-1]
                tls = encrypted.socket.transport.get_extra_info("ssl_object")
                assert tls.getpeercert() is None
                await charger.request_certificate()
                csr = encrypted.of("SignCertificate")[0]["csr"]
                await encrypted.ask(
                    "CertificateSigned", {"certificateChain": home.answer(csr)}
                )
                await up(encrypted, 3)
                tls = encrypted.socket.transport.get_extra_info("ssl_object")
                assert tls.getpeercert()["subject"] == ((("commonName", "CP"),),)
                assert "Authorization" not in encrypted.headers[-1]
                answer = await encrypted.ask(
                    "GetConfiguration", {"key": ["SecurityProfile"]}
                )
                assert answer["configurationKey"][0]["value"] == "3"

    async def test_falls_back(self, home: Authority, central: Central) -> None:
        async with Central(tls=home.server("127.0.0.1")) as encrypted:
            settings = SecuritySettings(
                tls_port=encrypted.port, roots=(authority("Stranger").pem,)
            )
            async with make(central.url, security=settings) as charger:
                await charger.wait_idle()
                await change(central, "AuthorizationKey", KEY)
                assert await change(central, "SecurityProfile", 2) == "Accepted"
                event = await central.expect("SecurityEventNotification")
                assert event["type"] == "InvalidCentralSystemCertificate"
                assert (
                    "self-signed" in event["techInfo"]
                    or "issuer" in (event["techInfo"])
                )
                assert charger.link.url == f"{central.url}/CP"
                assert charger.identity.profile == 0
                assert "Authorization" not in central.headers[-1]
                assert encrypted.headers == []
                await charger.wait_idle()
                assert len(central.of("SecurityEventNotification")) == 1

    async def test_never_falls_back(self, central: Central, home: Authority) -> None:
        settings = SecuritySettings(tls_port=central.port, roots=(home.pem,))
        faults = Faults(no_fallback=True)
        async with make(
            central.url, password="pw", security=settings, faults=faults
        ) as charger:
            await charger.wait_idle()
            tries = []
            charger.on_event = tries.append
            await change(central, "SecurityProfile", 2)
            await charger.wait_for(
                lambda: sum("cannot connect" in text for text in tries) > 4
            )
            assert charger.identity.profile == 2
            assert charger.link.url.startswith("wss:")
            await charger.enter_security(0)
            await charger.wait_idle()
            assert charger.link.url.startswith("ws:")

    @pytest.mark.parametrize("reboot", [True, False])
    async def test_stays_away(
        self, central: Central, home: Authority, reboot: bool
    ) -> None:
        faults = Faults(stays_away=True, security_reboot=reboot)
        async with (
            Central(tls=home.server("127.0.0.1")) as encrypted,
            make(
                central.url,
                password="pw",
                security=SecuritySettings(tls_port=encrypted.port, roots=(home.pem,)),
                faults=faults,
                reboot_seconds=0.01,
            ) as charger,
        ):
            await charger.wait_idle()
            await change(central, "SecurityProfile", 2)
            if reboot:
                await central.ask("Reset", {"type": "Hard"})
            await charger.wait_for(lambda: not charger.connected)
            await asyncio.sleep(0.3)
            assert encrypted.headers == []
            assert not charger.link.wanted
            # Its owner sets it back at the charger.
            await charger.enter_security(1, "new")
            await charger.wait_accepted()
            assert "Authorization" in central.headers[-1]


class TestTls:
    @staticmethod
    def settings(home: Authority) -> SecuritySettings:
        return SecuritySettings(profile=2, roots=(home.pem,))

    @pytest.mark.parametrize(
        ("hosts", "host", "right"),
        [
            (("127.0.0.1",), "127.0.0.1", True),
            (("localhost",), "localhost", True),
            (("localhost",), "127.0.0.1", False),
            (("127.0.0.2", "elsewhere.local"), "127.0.0.1", False),
            (("elsewhere.local",), "localhost", False),
            ((), "localhost", False),
        ],
    )
    @pytest.mark.parametrize("no_sni", [True, False])
    async def test_names(
        self,
        home: Authority,
        hosts: tuple[str, ...],
        host: str,
        right: bool,
        no_sni: bool,
    ) -> None:
        asked = []
        context = home.server(*hosts)
        context.sni_callback = lambda tls, name, _: asked.append(name)
        async with Central(tls=context) as central:
            url = central.url.replace("127.0.0.1", host)
            async with make(
                url,
                password="pw",
                security=self.settings(home),
                faults=Faults(no_sni=no_sni),
            ) as charger:
                await charger.wait_for(
                    lambda: charger.accepted or charger.link.last_error is not None
                )
                assert charger.accepted is right
                # Whoever does not trust the server says nothing to it.
                assert bool(central.headers) is right
                named = host == "localhost" and not no_sni
                assert set(asked) == {"localhost" if named else None}
                if not right:
                    assert charger._events[0]["type"] == (
                        "InvalidCentralSystemCertificate"
                    )

    async def test_nobody_else_is_trusted(self, home: Authority) -> None:
        async with Central(tls=authority("Else").server("127.0.0.1")) as central:
            settings = self.settings(home)
            async with make(central.url, password="pw", security=settings) as charger:
                await charger.wait_for(lambda: charger.link.last_error is not None)
                assert "CERTIFICATE_VERIFY_FAILED" in (charger.link.last_error or "")
        assert central.headers == []

    @pytest.mark.parametrize(
        ("old", "version"), [(0, "TLSv1.3"), (1.2, "TLSv1.2"), (1.1, None), (1.0, None)]
    )
    async def test_versions(
        self, home: Authority, old: float, version: str | None
    ) -> None:
        context = home.server("127.0.0.1")
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        async with Central(tls=context) as central:
            faults = Faults(old_tls=old)
            async with make(
                central.url, password="pw", security=self.settings(home), faults=faults
            ) as charger:
                await charger.wait_for(
                    lambda: charger.accepted or charger.link.last_error is not None
                )
                if version is None:
                    assert not central.headers
                    assert not charger.accepted
                else:
                    tls = central.socket.transport.get_extra_info("ssl_object")
                    assert tls.version() == version

    @pytest.mark.parametrize(("old", "version"), [(1.0, "TLSv1"), (1.1, "TLSv1.1")])
    async def test_very_old(self, home: Authority, old: float, version: str) -> None:
        context = home.server("127.0.0.1")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("ALL:@SECLEVEL=0")
        async with Central(tls=context) as central:
            faults = Faults(old_tls=old)
            async with make(
                central.url, password="pw", security=self.settings(home), faults=faults
            ) as charger:
                await charger.wait_accepted()
                tls = central.socket.transport.get_extra_info("ssl_object")
                assert tls.version() == version

    @pytest.mark.parametrize(
        ("theirs", "ciphers", "event"),
        [
            (ssl.TLSVersion.TLSv1_3, "DEFAULT", "InvalidTLSVersion"),
            (ssl.TLSVersion.TLSv1_2, "RSA", "InvalidTLSCipherSuite"),
        ],
    )
    async def test_what_the_server_says_about_it(
        self, home: Authority, theirs: ssl.TLSVersion, ciphers: str, event: str
    ) -> None:
        context = home.server("127.0.0.1")
        context.minimum_version = theirs
        context.set_ciphers(ciphers)

        def serve(listener: socket.socket) -> None:
            # The alert is lost when asyncio's server fails in a handshake.
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with suppress(ssl.SSLError), connection:
                        context.wrap_socket(connection, server_side=True)

        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            serving = asyncio.create_task(asyncio.to_thread(serve, listener))
            async with make(
                f"wss://127.0.0.1:{port}",
                password="pw",
                security=self.settings(home),
                faults=Faults(old_tls=1.2),
            ) as charger:
                await charger.wait_for(lambda: charger.link.last_error is not None)
                assert charger._events[0]["type"] == event
            listener.shutdown(socket.SHUT_RDWR)
            await serving

    async def test_no_such_version(self, home: Authority, central: Central) -> None:
        async with make(
            central.url.replace("ws:", "wss:"),
            security=self.settings(home),
            faults=Faults(old_tls=7),
        ) as charger:
            await charger.wait_for(lambda: charger.link.last_error is not None)
            assert charger.link.last_error == "there is no TLS 7"

    @pytest.mark.parametrize("cert", ["expired", "of_nobody", "own"])
    async def test_client_certificates_of_every_kind(
        self, home: Authority, cert: str
    ) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        signer = authority("Else") if cert == "of_nobody" else home
        begins, ends = (EPOCH, LONG_AGO) if cert == "expired" else (EPOCH, TOMORROW)
        chain = signer.sign(key.public_key(), "CP", begins=begins, ends=ends)
        settings = SecuritySettings(
            profile=3, roots=(home.pem,), key=key_pem(key), chain=pem(chain)
        )
        async with (
            Central(tls=home.server("127.0.0.1", trusts=True)) as central,
            make(central.url, security=settings) as charger,
        ):
            await charger.wait_for(
                lambda: charger.accepted or charger.link.last_error is not None
            )
            assert charger.accepted is (cert == "own")


class TestClock:
    async def test_certificate_of_today(self, home: Authority) -> None:
        async with Central(tls=home.server("127.0.0.1")) as central:
            settings = SecuritySettings(profile=2, roots=(home.pem,))
            async with make(
                central.url,
                password="pw",
                security=settings,
                faults=Faults(clock_1970=True),
            ) as charger:
                await charger.wait_for(lambda: charger.link.last_error is not None)
                assert "not yet valid at 1970-01-01" in (charger.link.last_error or "")
                assert not central.headers
                # Somebody sets it right.
                charger.faults.clock_1970 = False
                charger.spawn(charger.reboot())
                await charger.wait_accepted()

    async def test_certificate_for_clocks_that_begin(self, home: Authority) -> None:
        async with Central(tls=home.server("127.0.0.1", begins=EPOCH)) as central:
            settings = SecuritySettings(profile=2, roots=(home.pem,))
            async with make(
                central.url,
                password="pw",
                security=settings,
                faults=Faults(clock_1970=True),
                reboot_seconds=0.01,
            ) as charger:
                assert charger.clock.now().year == 1970
                await charger.wait_accepted()
                assert charger.clock.now().year == 2026
                # The time is lost with the power.
                charger.spawn(charger.reboot())
                await charger.wait_for(lambda: charger.boot_count == 1)
                assert charger.clock.now().year == 1970
                await charger.wait_accepted()
                assert charger.clock.now().year == 2026

    async def test_certificate_of_former_times(self, home: Authority) -> None:
        """Its own clock alone counts, not this computer's."""
        tls = home.server("127.0.0.1", begins=EPOCH, ends=LONG_AGO)
        async with (
            Central(tls=tls) as central,
            make(
                central.url,
                password="pw",
                security=SecuritySettings(profile=2, roots=(home.pem,)),
                faults=Faults(clock_1970=True),
            ) as charger,
        ):
            central.rules["BootNotification"] = {
                "currentTime": datetime.now(UTC).isoformat(),
                "interval": 300,
                "status": "Accepted",
            }
            await charger.wait_accepted()
            # By then it knows the time, and refuses it.
            await charger.drop()
            charger.link.go_online()
            await charger.wait_for(lambda: charger.link.last_error is not None)
            assert "expired" in (charger.link.last_error or "")

    async def test_bad_time(self, central: Central) -> None:
        central.rules["BootNotification"] = {
            "currentTime": "noon",
            "interval": 300,
            "status": "Accepted",
        }
        async with make(central.url, faults=Faults(clock_1970=True)) as charger:
            await charger.wait_accepted()
            assert charger.clock.now().year == 1970
            assert charger.violations == ["currentTime is noon"]

    async def test_later_than_it_lasts(self, home: Authority) -> None:
        async with Central(tls=home.server("127.0.0.1", begins=EPOCH)) as central:
            settings = SecuritySettings(profile=2, roots=(home.pem,))
            charger = make(central.url, password="pw", security=settings)
            await charger.start()
            try:
                charger.clock.set(datetime(2090, 1, 1, tzinfo=UTC))
                await charger.wait_for(lambda: charger.link.last_error is not None)
                assert "has expired at 2090" in (charger.link.last_error or "")
            finally:
                await charger.stop()

"""A charging station with network profiles, a password and certificates of its own.

It lives over many connections: after a Reset it connects by its priority of network
profiles, and falls back to the next one when it cannot.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
import ssl
import tempfile
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.exceptions import WebSocketException

from custom_components.ocpp_cs.csms.security.certificate_hashes import hashes_of
from tests.csms.client import CallFailed

from .station import Json, V2Station, device_model, variable

PASSWORD, TLS, CERTIFICATE = 1, 2, 3


def security_model(station: SecureStation) -> list[Json]:
    """Return the device model of a station with network profiles."""
    return [
        *device_model(),
        variable(
            "OCPPCommCtrlr",
            "NetworkConfigurationPriority",
            ",".join(map(str, station.priority)),
            mutability="ReadWrite",
            data_type="SequenceList",
            valuesList=",".join(map(str, station.possible)),
        ),
        variable("OCPPCommCtrlr", "ActiveNetworkProfile", str(station.active)),
        variable(
            "OCPPCommCtrlr",
            "MessageTimeout",
            "25",
            instance="Default",
            data_type="integer",
        ),
        variable(
            "SecurityCtrlr",
            "BasicAuthPassword",
            mutability="WriteOnly",
            maxLimit=40,
        ),
        variable(
            "SecurityCtrlr",
            "OrganizationName",
            station.organization,
            mutability="ReadWrite",
        ),
        variable("SecurityCtrlr", "SecurityProfile", str(station.profile["level"])),
        variable(
            "SecurityCtrlr",
            "AllowSecurityProfileDowngrade",
            str(station.allows_downgrade).lower(),
            data_type="boolean",
        ),
    ]


class SecureStation:
    """A station, from its first connection until it is switched off."""

    def __init__(self, url: str, identity: str = "CP1", *, level: int = 0) -> None:
        """Know one address, without the identity, in slot 1."""
        self.identity = identity
        self.serial = "S2-0815"
        self.organization = ""
        self.possible = (0, 1, 2)
        self.profiles: dict[int, Json] = {
            1: {"url": url.rstrip("/"), "level": level, "interface": "Wired0"}
        }
        self.priority = [1]
        self.active = 1
        self.password: str | None = None
        self.roots: list[str] = []
        self.key: ec.EllipticCurvePrivateKey | None = None
        self.chain: str | None = None
        self.attempts = 2
        """The connections that are tried with each profile."""
        self.allows_downgrade = False
        """Whether it can be told TLS without a certificate again (errata 2.5)."""
        self.removes_lower = True
        """Whether it drops lower profiles itself (A05.FR.06)."""
        self.interface = "Wired0"
        """The interface that it is connected with; another one leads nowhere."""
        self.answers: dict[str, Any] = {}
        """Answers, by action, instead of those of the methods."""
        self.received: list[tuple[str, Json]] = []
        self.failures: list[str] = []
        self.link: V2Station | None = None
        self._restart = asyncio.Event()
        self._life: asyncio.Task[None]
        self._pending_key: ec.EllipticCurvePrivateKey | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        """Switch it on."""
        self._life = asyncio.create_task(self._live())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Switch it off."""
        self._life.cancel()
        with suppress(asyncio.CancelledError):
            await self._life

    @property
    def profile(self) -> Json:
        """The profile of the open connection."""
        return self.profiles[self.active]

    def model(self) -> list[Json]:
        """Return its device model, as it is now."""
        return security_model(self)

    def calls(self, action: str) -> list[Json]:
        """Return the payloads of the calls of an action."""
        return [payload for name, payload in self.received if name == action]

    def written(self, name: str) -> list[str]:
        """Return the values that were written to a variable."""
        return [
            one["attributeValue"]
            for payload in self.calls("SetVariables")
            for one in payload["setVariableData"]
            if one["variable"]["name"] == name
        ]

    def restart(self) -> None:
        """Leave the connection, and begin with the first profile."""
        self._restart.set()

    # Its life.

    async def _live(self) -> None:
        last = self.active
        while True:
            for slot in [*self.priority, last]:
                if slot not in self.profiles:
                    continue
                tried = 0
                while tried < self.attempts:
                    if await self._connect(slot):
                        last = slot
                        break
                    tried += 1
                    await asyncio.sleep(0.05)
                else:
                    continue
                break
            await asyncio.sleep(0.02)

    async def _connect(self, slot: int) -> bool:
        """Connect with a profile until a restart; return whether that succeeded."""
        profile = self.profiles[slot]
        if profile["interface"] != self.interface:
            self.failures.append("no network")
            return False
        link = V2Station(f"{profile['url']}/{self.identity}", **self._handlers())
        link.received = self.received
        level = profile["level"]
        if level >= TLS:
            link.tls = self._context(level)
        if PASSWORD <= level < CERTIFICATE and self.password is not None:
            link.password = self.password.encode()
        before, self.active = self.active, slot
        try:
            async with link:
                self._restart.clear()
                self.link = link
                if self.removes_lower:
                    self._remove_lower()
                link.model = self.model()
                self._spawn(self._boot(link))
                link._reader.add_done_callback(lambda _: self._restart.set())
                await self._restart.wait()
        except (OSError, WebSocketException) as err:
            self.failures.append(f"{type(err).__name__}: {err}")
            self.active = before
            return False
        finally:
            self.link = None
        return True

    def _remove_lower(self) -> None:
        level = self.profile["level"]
        self.profiles = {
            slot: one for slot, one in self.profiles.items() if one["level"] >= level
        }
        self.priority = [slot for slot in self.priority if slot in self.profiles]

    async def _boot(self, link: V2Station) -> None:
        await link.boot(serialNumber=self.serial)
        await link.status("Available")

    def _spawn(self, work: Any) -> None:
        async def until_it_leaves() -> None:
            with suppress(CallFailed, WebSocketException, OSError):
                await work

        task = asyncio.get_running_loop().create_task(until_it_leaves())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _context(self, level: int) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for root in self.roots:
            context.load_verify_locations(cadata=root)
        if level == CERTIFICATE and self.key is not None and self.chain is not None:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, "pair.pem")
                path.write_text(_pem(self.key) + self.chain)
                context.load_cert_chain(path)
        return context

    # Its answers.

    def _handlers(self) -> dict[str, Any]:
        own: dict[str, Callable[[Json], Any]] = {
            "CertificateSigned": self._certificate_signed,
            "DeleteCertificate": self._delete_certificate,
            "GetInstalledCertificateIds": self._installed,
            "GetVariables": self._get_variables,
            "InstallCertificate": self._install,
            "Reset": self._reset,
            "SetNetworkProfile": self._set_network_profile,
            "SetVariables": self._set_variables,
            "TriggerMessage": self._trigger,
        }

        def chosen(action: str) -> Callable[[Json], Any]:
            def answer(payload: Json) -> Any:
                instead = self.answers.get(action)
                if instead is None:
                    return own[action](payload)
                return instead(payload) if callable(instead) else instead

            return answer

        return {action: chosen(action) for action in own}

    def _reset(self, payload: Json) -> Json:
        asyncio.get_running_loop().call_later(0.05, self._restart.set)
        return {"status": "Accepted"}

    def _set_network_profile(self, payload: Json) -> Json:
        slot, data = payload["configurationSlot"], payload["connectionData"]
        if slot not in self.possible or slot in self.priority:
            return {
                "status": "Rejected",
                "statusInfo": {"reasonCode": "InvalidConfSlot"},
            }
        allowed = self.profile["level"]
        if self.allows_downgrade and allowed == CERTIFICATE:
            allowed = TLS
        if data["securityProfile"] < allowed:
            return {
                "status": "Rejected",
                "statusInfo": {"reasonCode": "NoSecurityDowngrade"},
            }
        self.profiles[slot] = {
            "url": data["ocppCsmsUrl"],
            "level": data["securityProfile"],
            "interface": data["ocppInterface"],
        }
        return {"status": "Accepted"}

    def _set_variables(self, payload: Json) -> Json:
        return {
            "setVariableResult": [
                {
                    "component": one["component"],
                    "variable": one["variable"],
                    "attributeStatus": self._write(
                        one["variable"]["name"], one["attributeValue"]
                    ),
                }
                for one in payload["setVariableData"]
            ]
        }

    def _write(self, name: str, value: str) -> str:
        match name:
            case "BasicAuthPassword":
                if not 16 <= len(value) <= 40:
                    return "Rejected"
                self.password = value
                if self.profile["level"] >= PASSWORD:
                    # A01: it connects again with the new one.
                    asyncio.get_running_loop().call_later(0.05, self._restart.set)
            case "NetworkConfigurationPriority":
                slots = [int(slot) for slot in value.split(",")]
                if not all(map(self._is_usable, slots)):
                    return "Rejected"
                self.priority = slots
            case "OrganizationName":
                self.organization = value
            case _:
                return "UnknownVariable"
        return "Accepted"

    def _is_usable(self, slot: int) -> bool:
        """Return whether a profile can be put into the priority (A05.FR.02, FR.03)."""
        profile = self.profiles.get(slot)
        if profile is None:
            return False
        if profile["level"] >= TLS and not self.roots:
            return False
        return profile["level"] < CERTIFICATE or self.chain is not None

    def _get_variables(self, payload: Json) -> Json:
        known = {
            "NetworkConfigurationPriority": ",".join(map(str, self.priority)),
            "ActiveNetworkProfile": str(self.active),
        }
        return {
            "getVariableResult": [
                {
                    "component": one["component"],
                    "variable": one["variable"],
                    **(
                        {"attributeStatus": "UnknownVariable"}
                        if (value := known.get(one["variable"]["name"])) is None
                        else {"attributeStatus": "Accepted", "attributeValue": value}
                    ),
                }
                for one in payload["getVariableData"]
            ]
        }

    def _install(self, payload: Json) -> Json:
        self.roots.append(payload["certificate"])
        return {"status": "Accepted"}

    def _installed(self, payload: Json) -> Json:
        if not self.roots:
            return {"status": "NotFound"}
        return {
            "status": "Accepted",
            "certificateHashDataChain": [
                {
                    "certificateType": "CSMSRootCertificate",
                    "certificateHashData": _hash_data(root),
                }
                for root in self.roots
            ],
        }

    def _delete_certificate(self, payload: Json) -> Json:
        wanted = payload["certificateHashData"]
        kept = [root for root in self.roots if _hash_data(root) != wanted]
        found, self.roots = len(kept) < len(self.roots), kept
        return {"status": "Accepted" if found else "NotFound"}

    def _trigger(self, payload: Json) -> Json:
        if payload["requestedMessage"] == "SignChargingStationCertificate":
            if not self.organization:
                return {"status": "Rejected"}
            self._spawn(self.ask_for_certificate())
        return {"status": "Accepted"}

    async def ask_for_certificate(self, **more: Any) -> Json:
        """Make a key, and send a request for a certificate."""
        self._pending_key = ec.generate_private_key(ec.SECP256R1())
        assert self.link is not None
        return await self.link.call(
            "SignCertificate",
            {
                "csr": signing_request(
                    self._pending_key, self.serial, self.organization
                ),
                "certificateType": "ChargingStationCertificate",
            }
            | more,
        )

    def _certificate_signed(self, payload: Json) -> Json:
        self.key, self.chain = self._pending_key, payload["certificateChain"]
        if self.profile["level"] == CERTIFICATE:
            # A02.FR.08: it connects again with the new one.
            asyncio.get_running_loop().call_later(0.05, self._restart.set)
        return {"status": "Accepted"}


def signing_request(
    key: ec.EllipticCurvePrivateKey, common_name: str, organization: str
) -> str:
    """Return a certificate request in PEM."""
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if organization:
        subject.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name(subject))
        .sign(key, hashes.SHA256())
    )
    return request.public_bytes(serialization.Encoding.PEM).decode()


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _hash_data(root: str) -> Json:
    named = hashes_of(root, "sha384")
    return {
        "hashAlgorithm": "SHA384",
        "issuerNameHash": named.issuer_name_hash,
        "issuerKeyHash": named.issuer_key_hash,
        "serialNumber": named.serial_number,
    }

"""Network profiles, passwords and certificates (2.0.1, A, B09 and M)."""

import asyncio
from dataclasses import replace
import ssl
from typing import TYPE_CHECKING

from simulator.errors import CallFailed
from simulator.security.certificates import (
    PrivateKey,
    common_name,
    fits,
    hash_data,
    is_named,
    key_text,
    new_key,
    problem_of_chain,
    problem_of_dates,
    read,
    request_for,
)
from simulator.security.identity import Identity, Own
from simulator.security.settings import SecuritySettings
from simulator.structures import Payload

from .charging import refused

if TYPE_CHECKING:
    from .station import ChargingStation, Handler

CSMS_ROOT = "CSMSRootCertificate"
ROOTS = (
    CSMS_ROOT,
    "ManufacturerRootCertificate",
    "MORootCertificate",
    "V2GRootCertificate",
)
OWN = "ChargingStationCertificate"
MOST_ROOTS = 10
SLOTS = range(1, 5)
UNAUTHORIZED = 401


class Security:
    """How a station shows who it is, where it connects to, and whom it trusts."""

    def __init__(
        self,
        station: ChargingStation,
        settings: SecuritySettings | None,
        password: str | None,
        *,
        own_header: bool,
    ) -> None:
        self._station = station
        settings = settings or SecuritySettings()
        if settings.password_form == "raw":
            # A password is any text in 2.0.1.
            settings = replace(settings, password_form="text")
        self.settings = settings
        self.identity = Identity(
            settings,
            user=station.charge_point_id,
            password=password,
            clock=station.clock,
            faults=station.faults,
        )
        self.identity.uses_password |= self.identity.profile in (1, 2)
        self._own_header = own_header
        self.slots: dict[int, Payload] = {
            1: {
                "ocppCsmsUrl": "",
                "securityProfile": settings.profile,
            }
        }
        """Configuration slot -> its NetworkConnectionProfileType."""
        self.slot = 1
        self._failures = 0
        self._roots: dict[str, list[object]] = {}
        self._key: PrivateKey | None = None
        """The key of the last certificate signing request."""
        self.handlers: dict[str, Handler] = {
            "CertificateSigned": self._certificate_signed,
            "DeleteCertificate": self._delete,
            "GetInstalledCertificateIds": self._installed,
            "InstallCertificate": self._install,
            "SetNetworkProfile": self._set_network_profile,
        }

    # The connection

    def entered(self, url: str) -> None:
        """Take an address that somebody entered at the station."""
        self.slots[1]["ocppCsmsUrl"] = url
        self._use(1)

    def link_begins(self) -> None:
        """Prepare what the next connection is made with."""
        link, identity = self._station.link, self.identity
        if not self._own_header:
            link.headers.pop("Authorization", None)
            if (password := identity.authorization()) is not None:
                link.headers["Authorization"] = password
        if identity.profile >= 2 or identity.roots:
            link.tls = identity.context
            link.server_name = "" if self._station.faults.no_sni else None

    def link_encrypted(self, tls: ssl.SSLObject) -> None:
        """Look at the certificate of the CSMS. Raise OSError to refuse it."""
        if self._station.link.tls == self.identity.context:
            self.identity.check(tls, self._station.link.url)

    def link_opened(self) -> None:
        """Note that the present network profile works."""
        self._failures = 0
        model, slot = self._station.model, self.slot
        model.put("OCPPCommCtrlr", "ActiveNetworkProfile", slot)
        profile = int(self.slots[slot]["securityProfile"])
        model.put("SecurityCtrlr", "SecurityProfile", profile)
        # A05.FR.05, 06: what is less secure is never used again.
        for number in [
            n for n, one in self.slots.items() if one["securityProfile"] < profile
        ]:
            if number != slot:
                del self.slots[number]
        left = [number for number in self._priority() if number in self.slots]
        model.put(
            "OCPPCommCtrlr",
            "NetworkConfigurationPriority",
            ",".join(map(str, left or [slot])),
        )

    def link_refused(self, error: Exception) -> None:
        """Try the next network profile after so many failures (B10)."""
        station = self._station
        if station.link.http_status == UNAUTHORIZED:
            self.report("FailedToAuthenticateAtCsms", str(error))
        elif isinstance(error, ssl.SSLCertVerificationError):
            self.report("InvalidCsmsCertificate", error.strerror or "")
        self._failures += 1
        attempts = station.model.integer(
            "OCPPCommCtrlr", "NetworkProfileConnectionAttempts", "", 3
        )
        if self._failures < attempts:
            return
        self._failures = 0
        order = [number for number in self._priority() if number in self.slots]
        if self.slot in order:
            following = order[(order.index(self.slot) + 1) % len(order)]
        else:
            # What was tried is none of them: back to what there was.
            following = order[0] if order else 1
        if following != self.slot:
            station.log(f"network profile {following} from here on")
            self._use(following)
            station.link.go_online()

    def restarted(self) -> None:
        """Take the network profile that comes first."""
        for number in self._priority():
            if number in self.slots and (number != self.slot or number != 1):
                self._use(number)
                return
            if number == self.slot:
                return

    def problem_of_priority(self, value: str) -> str | None:
        """Return why a list of slots is refused (B09.FR.04 and following)."""
        try:
            numbers = [int(text) for text in value.split(",")]
        except ValueError:
            return "no list of numbers"
        for number in numbers:
            if (profile := self.slots.get(number)) is None:
                return f"slot {number} is empty"
            level = int(profile["securityProfile"])
            if level < self.identity.profile:
                return f"security profile {level} of slot {number} is lower"
            if (missing := self.identity.missing(level)) is not None:
                return f"slot {number} needs {missing}"
        return None

    def take_password(self, password: str) -> None:
        """Use a new password, from a new connection on (A01)."""
        self.identity.password = password.encode()
        self._station.log("a new password")
        if self.identity.uses_password and not self._station.faults.keeps_connection:
            self._station.after(lambda: self._station.spawn(self._reconnect()))

    async def enter_security(self, profile: int, password: str | None = None) -> None:
        """Set profile and password at the station, where a lower one is allowed."""
        link = self._station.link
        await link.hang_up()
        if password is not None:
            self.identity.password = password.encode()
        self.slots[self.slot]["securityProfile"] = profile
        self._use(self.slot)
        link.go_online()

    # Certificates

    async def request_certificate(self) -> str:
        """Make a key, send SignCertificate, and return the status of the answer.

        Raise CallError, CallTimeout or NotConnected.
        """
        station = self._station
        key = await asyncio.to_thread(new_key, self.settings.key_kind)
        name = self.settings.common_name or station.serial_number
        request = request_for(
            key,
            organization=station.model.text("SecurityCtrlr", "OrganizationName") or "",
            common_name="SOMEBODY-ELSE" if station.faults.wrong_common_name else name,
        )
        self._key = key
        answer = await station.link.call(
            "SignCertificate", {"csr": request, "certificateType": OWN}
        )
        station.log(f"SignCertificate: {answer.get('status')}")
        return str(answer.get("status"))

    def sign_soon(self) -> None:
        """Ask for a certificate, beside."""

        async def ask() -> None:
            try:
                await self.request_certificate()
            except CallFailed as err:
                self._station.log(f"SignCertificate: {err}")

        self._station.spawn(ask())

    def report(self, kind: str, tech_info: str = "") -> None:
        """Send a SecurityEventNotification, or keep it until it can be sent (A04)."""
        event: Payload = {"type": kind, "timestamp": self._station.timestamp()}
        if tech_info:
            event["techInfo"] = tech_info[:255]
        self._station.keep("SecurityEventNotification", event)

    def _certificate_signed(self, payload: Payload) -> Payload:
        chain = payload["certificateChain"]
        problem = self._problem_of_own(chain)
        if problem is not None:
            self._station.log(f"CertificateSigned: {problem}")
            self.report("InvalidChargingStationCertificate", problem)
            return refused("InvalidCertificate", problem)
        assert self._key is not None
        self.identity.own = Own(key=key_text(self._key), chain=chain)
        if self.identity.profile == 3:
            # A02.FR.08: it is used at once.
            self._station.after(lambda: self._station.spawn(self._reconnect()))
        return {"status": "Accepted"}

    def _problem_of_own(self, text: str) -> str | None:
        if self._key is None:
            return "no certificate was asked for"
        try:
            chain = read(text)
        except ValueError as err:
            return str(err)
        if not fits(chain[0], self._key):
            return "the certificate is for another key"
        if self._station.faults.unchecked_certificate:
            return None
        wanted = self.settings.common_name or self._station.serial_number
        if common_name(chain[0]) != wanted:
            return f"the certificate is for {common_name(chain[0])}, not for {wanted}"
        return problem_of_chain(chain) or problem_of_dates(
            chain, self._station.clock.now()
        )

    def _roots_of(self, kind: str) -> list[object]:
        if kind == CSMS_ROOT:
            return self.identity.roots  # type: ignore[return-value]
        return self._roots.setdefault(kind, [])

    def _install(self, payload: Payload) -> Payload:
        if (
            self._station.faults.root_rejected
            or payload["certificateType"] not in ROOTS
        ):
            return {"status": "Rejected"}
        try:
            (root,) = read(payload["certificate"])
        except ValueError as err:
            return refused("InvalidCertificate", str(err))
        if problem := problem_of_dates([root], self._station.clock.now()):
            return refused("InvalidCertificate", problem)
        roots = self._roots_of(payload["certificateType"])
        if root not in roots:
            if sum(len(self._roots_of(kind)) for kind in ROOTS) >= MOST_ROOTS:
                return {"status": "Failed"}
            roots.append(root)
        self._count()
        return {"status": "Accepted"}

    def _installed(self, payload: Payload) -> Payload:
        wanted = payload.get("certificateType") or ROOTS
        found = [
            {"certificateType": kind, "certificateHashData": hash_data(root)}  # type: ignore[arg-type]
            for kind in ROOTS
            if kind in wanted
            for root in self._roots_of(kind)
        ]
        if not found:
            return {"status": "NotFound"}
        return {"status": "Accepted", "certificateHashDataChain": found}

    def _delete(self, payload: Payload) -> Payload:
        named = payload["certificateHashData"]
        for kind in ROOTS:
            roots = self._roots_of(kind)
            for root in roots:
                if is_named(root, named):  # type: ignore[arg-type]
                    roots.remove(root)
                    self._count()
                    return {"status": "Accepted"}
        return {"status": "NotFound"}

    def _count(self) -> None:
        count = sum(len(self._roots_of(kind)) for kind in ROOTS)
        self._station.model.put("SecurityCtrlr", "CertificateEntries", count)

    # Network profiles

    def _set_network_profile(self, payload: Payload) -> Payload:
        slot, data = payload["configurationSlot"], payload["connectionData"]
        if slot not in SLOTS:
            return refused("InvalidConfSlot", f"there are {SLOTS.start} to 4")
        level = data["securityProfile"]
        # 2.1 has no need of the version, which is negotiated.
        version = data.get(
            "ocppVersion", "OCPP20" if self._station.version == "2.1" else None
        )
        if data["ocppTransport"] != "JSON" or version != "OCPP20":
            return refused("InvalidNetworkConf", "only OCPP 2 with JSON")
        if not 0 <= level <= 3 or level < self.identity.profile:
            return refused("NoSecurityDowngrade", f"not {level}")
        if slot in self._priority() and slot == self.slot:
            # B09.FR.06: not the one in use.
            return refused("PriorityNetworkConf", "that slot is in use")
        self.slots[slot] = data
        return {"status": "Accepted"}

    def _priority(self) -> list[int]:
        names = self._station.model.names(
            "OCPPCommCtrlr", "NetworkConfigurationPriority"
        )
        return [int(name) for name in names]

    def _use(self, slot: int) -> None:
        self.slot = slot
        data = self.slots[slot]
        identity = self.identity
        identity.profile = int(data["securityProfile"])
        if identity.profile:
            identity.uses_password = identity.profile in (1, 2)
        url = str(data["ocppCsmsUrl"])
        if slot != 1:
            url = self._station.make_url(url)
        self._station.link.url = identity.address(url)

    async def _reconnect(self) -> None:
        await self._station.link.hang_up()
        self._station.link.go_online()

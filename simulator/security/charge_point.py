"""A charger that can be raised from security profile 0 to 3 (security whitepaper)."""

import asyncio
from datetime import UTC, datetime
import ssl
from typing import Unpack, override

from simulator.configuration import Key, boolean, integer
from simulator.outbox import Item
from simulator.structures import Options, Payload
from simulator.upkeep import FullChargePoint

from .certificates import (
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
from .identity import Identity, Kept, Own
from .settings import SecuritySettings

EXTENSION = frozenset(
    {
        "CertificateSigned",
        "DeleteCertificate",
        "ExtendedTriggerMessage",
        "GetInstalledCertificateIds",
        "InstallCertificate",
    }
)
"""The calls of the security extension that every such charger knows."""
ROOT = "CentralSystemRootCertificate"
MOST_ROOTS = 10
TRIES = 3
"""So many failed connections end a raise of the profile [inferred]."""
WITHOUT_TIME = datetime(1970, 1, 1, tzinfo=UTC)
UNAUTHORIZED = 401
NO_COMMON_CIPHER = frozenset({"NO_SHARED_CIPHER", "SSLV3_ALERT_HANDSHAKE_FAILURE"})


class SecuredChargePoint(FullChargePoint):
    """OCPP 1.6 with the parts of the security extension that raise the profile."""

    def __init__(
        self, url: str, charge_point_id: str, **options: Unpack[Options]
    ) -> None:
        self.security_settings = options.get("security") or SecuritySettings()
        if not self.security_settings.extension:
            self.not_implemented = self.not_implemented | EXTENSION
        super().__init__(url, charge_point_id, **options)
        self.identity = Identity(
            self.security_settings,
            user=charge_point_id,
            password=options.get("password"),
            clock=self.clock,
            faults=self.faults,
        )
        self.identity.uses_password |= self.identity.profile in (1, 2)
        self._own_header = "Authorization" in options.get("headers", {})
        self._tls = self.link.tls
        self._entered = self.link.url
        self.link.url = self.identity.address(self._entered)
        self._before: Kept | None = None
        """What it was before a raise that has not succeeded yet."""
        self._tries = 0
        self._challenged = False
        """The central system has asked for the password."""
        self._password_at_boot: bytes | None = None
        self._profile_at_boot: int | None = None
        self._key: PrivateKey | None = None
        """The key of the last certificate signing request."""
        self._events: list[Payload] = []

    def security_keys(self) -> list[Key]:
        """Return the configuration keys of passwords and certificates."""
        password = Key("AuthorizationKey", "", write_only=True)
        if not self.security_settings.extension:
            return [password]
        return [
            password,
            boolean("AdditionalRootCertificateCheck", False, readonly=True),
            integer("CertificateSignedMaxChainSize", 10000, readonly=True),
            integer("CertificateStoreMaxLength", MOST_ROOTS, readonly=True),
            Key("CpoName", ""),
            integer("SecurityProfile", self.security_settings.profile, maximum=3),
        ]

    # What its owner does at its own menu

    @override
    async def enter_address(self, url: str) -> None:
        self._entered = url
        await super().enter_address(self.identity.address(url))

    async def enter_security(self, profile: int, password: str | None = None) -> None:
        """Set profile and password at the charger, where a lower one is allowed.

        The address is the one that was entered last, with TLS if the profile wants it.
        """
        await self.link.hang_up()
        self._before = None
        if password is not None:
            self.identity.password = password.encode()
        self._take_profile(profile)
        self.link.url = self.identity.address(self._entered)
        self.link.go_online()

    async def request_certificate(self) -> str:
        """Make a key, send SignCertificate, and return the status of the answer.

        Raise CallError, CallTimeout or NotConnected.
        """
        key = await asyncio.to_thread(new_key, self.security_settings.key_kind)
        name = self.security_settings.common_name or self._serial
        request = request_for(
            key,
            organization=(
                self.configuration["CpoName"].value
                or self.boot_payload()["chargePointVendor"]
            ),
            common_name="SOMEBODY-ELSE" if self.faults.wrong_common_name else name,
        )
        self._key = key
        answer = await self.link.call("SignCertificate", {"csr": request})
        self.log(f"SignCertificate: {answer.get('status')}")
        return str(answer.get("status"))

    # What the central system asks for

    @override
    def on_change_configuration(self, payload: Payload) -> Payload:
        name, value = payload["key"].lower(), payload["value"]
        if isinstance(value, str) and name in self.configuration:
            if name == "authorizationkey":
                return {"status": self._change_password(value)}
            if name == "securityprofile":
                return {"status": self._change_profile(value)}
        return super().on_change_configuration(payload)

    def on_install_certificate(self, payload: Payload) -> Payload:
        if self.faults.root_rejected:
            return {"status": "Rejected"}
        if payload["certificateType"] != ROOT:
            return {"status": "Failed"}
        try:
            (root,) = read(payload["certificate"])
        except ValueError as err:
            self.log(f"InstallCertificate: {err}")
            return {"status": "Rejected"}
        if problem := problem_of_dates([root], self.clock.now()):
            self.log(f"InstallCertificate: {problem}")
            return {"status": "Rejected"}
        roots = self.identity.roots
        if root not in roots:
            if len(roots) >= MOST_ROOTS:
                return {"status": "Failed"}
            roots.append(root)
        return {"status": "Accepted"}

    def on_get_installed_certificate_ids(self, payload: Payload) -> Payload:
        roots = self.identity.roots if payload["certificateType"] == ROOT else []
        if not roots:
            return {"status": "NotFound"}
        return {
            "status": "Accepted",
            "certificateHashData": [hash_data(root) for root in roots],
        }

    def on_delete_certificate(self, payload: Payload) -> Payload:
        named = payload["certificateHashData"]
        for root in self.identity.roots:
            if is_named(root, named):
                self.identity.roots.remove(root)
                return {"status": "Accepted"}
        return {"status": "NotFound"}

    def on_extended_trigger_message(self, payload: Payload) -> Payload:
        match payload["requestedMessage"]:
            case "SignChargePointCertificate":
                self.after(
                    lambda: self.spawn(self._quietly(self.request_certificate()))
                )
            case "LogStatusNotification":
                self.after(lambda: self.queue("LogStatusNotification", IDLE))
            case "DiagnosticsStatusNotification":
                return {"status": "NotImplemented"}
            case _:
                return self.on_trigger_message(payload)
        return {"status": "Accepted"}

    def on_certificate_signed(self, payload: Payload) -> Payload:
        problem = self._problem_of_own(payload["certificateChain"])
        if problem is None:
            assert self._key is not None
            self.identity.own = Own(
                key=key_text(self._key), chain=payload["certificateChain"]
            )
            return {"status": "Accepted"}
        self.log(f"CertificateSigned: {problem}")
        self.report("InvalidChargePointCertificate", problem)
        return {"status": "Rejected"}

    def report(self, kind: str, tech_info: str) -> None:
        """Send a SecurityEventNotification (A04), or keep it until it can be sent."""
        if not self.security_settings.extension:
            return
        event = {
            "type": kind,
            "timestamp": self.timestamp(),
            "techInfo": tech_info[:255],
        }
        if all(event["type"] != kept["type"] for kept in self._events):
            self._events.append(event)
        if self.operational:
            self._tell_events()

    # Life

    @override
    async def start(self) -> None:
        self._lose_time()
        await super().start()

    @override
    async def reboot(
        self, reason: str = "PowerLoss", *, graceful: bool = False
    ) -> None:
        if self._password_at_boot is not None:
            self._take_password(self._password_at_boot)
            self._password_at_boot = None
        if self._profile_at_boot is not None:
            self._begin_raise(self._profile_at_boot)
            self._profile_at_boot = None
        self._lose_time()
        await super().reboot(reason, graceful=graceful)
        if self._before is not None and self.faults.stays_away:
            self.link.go_offline()

    @override
    def resumed(self, *, booted: bool) -> None:
        super().resumed(booted=booted)
        self._tell_events()

    @override
    def link_begins(self) -> None:
        identity = self.identity
        waits = self.faults.password_after_401 and not self._challenged
        password = None if waits else identity.authorization()
        if not self._own_header:
            self.link.headers.pop("Authorization", None)
            if password is not None:
                self.link.headers["Authorization"] = password
        if identity.profile >= 2 or identity.roots:
            self.link.tls = identity.context
            self.link.server_name = "" if self.faults.no_sni else None
        else:
            self.link.tls = self._tls
            self.link.server_name = None

    @override
    def link_encrypted(self, tls: ssl.SSLObject) -> None:
        if self.link.tls == self.identity.context:
            self.identity.check(tls, self.link.url)

    @override
    def link_opened(self) -> None:
        self._before = None
        self._challenged = False
        super().link_opened()

    @override
    def link_refused(self, error: Exception) -> None:
        super().link_refused(error)
        password = self.identity.authorization()
        if self.link.http_status == UNAUTHORIZED and password is not None:
            if self.faults.password_after_401 and not self._challenged:
                self._challenged = True
                self.link.go_online()
                return
            self.report("FailedToAuthenticateAtCentralSystem", str(error))
        self._challenged = False
        if isinstance(error, ssl.SSLCertVerificationError):
            self.report("InvalidCentralSystemCertificate", error.strerror or "")
        elif isinstance(error, ssl.SSLError):
            if "PROTOCOL" in error.reason:
                self.report("InvalidTLSVersion", error.reason)
            elif error.reason in NO_COMMON_CIPHER:
                self.report("InvalidTLSCipherSuite", error.reason)
        if self._before is not None:
            self._tries += 1
            if self._tries >= TRIES and not self.faults.no_fallback:
                self._fall_back(self._before)

    # Inside

    @property
    def _serial(self) -> str:
        return str(self.boot_payload()["chargePointSerialNumber"])

    def _change_password(self, value: str) -> str:
        password = self.identity.password_of(value)
        if password is None or self.faults.password_rejected:
            return "Rejected"
        if self.faults.security_reboot:
            self._password_at_boot = password
            return "RebootRequired"
        self._take_password(password)
        if self.identity.uses_password and not self.faults.keeps_connection:
            self.after(lambda: self.spawn(self._reconnect()))
        return "Accepted"

    def _take_password(self, password: bytes) -> None:
        self.identity.password = password
        if not self.security_settings.extension:
            # Nothing else tells it to use one.
            self.identity.uses_password = True

    async def _reconnect(self) -> None:
        await self.link.hang_up()
        self.link.go_online()

    def _change_profile(self, value: str) -> str:
        current = self.identity.profile
        if value not in ("0", "1", "2", "3") or (profile := int(value)) < current:
            return "Rejected"
        if profile == current:
            return "Accepted"
        if missing := self.identity.missing(profile):
            self.log(f"security profile {profile} needs {missing}")
            return "Rejected"
        if self.faults.security_reboot:
            self._profile_at_boot = profile
            return "RebootRequired"
        self.after(lambda: self.spawn(self._raise(profile)))
        return "Accepted"

    async def _raise(self, profile: int) -> None:
        await self.link.hang_up()
        self._begin_raise(profile)
        if self.faults.stays_away:
            self.log("stays away")
            return
        self.link.go_online()

    def _begin_raise(self, profile: int) -> None:
        self.log(f"security profile {profile} from here on")
        self._before = Kept(
            profile=self.identity.profile,
            uses_password=self.identity.uses_password,
            url=self.link.url,
        )
        self._tries = 0
        self._take_profile(profile)
        self.link.url = self.identity.address(self.link.url)

    def _take_profile(self, profile: int) -> None:
        self.identity.profile = profile
        self.identity.uses_password = profile in (1, 2)
        self.configuration.put("SecurityProfile", str(profile))

    def _fall_back(self, before: Kept) -> None:
        self.log(f"back to security profile {before['profile']}")
        self._before = None
        self._take_profile(before["profile"])
        self.identity.uses_password = before["uses_password"]
        self.link.url = before["url"]
        self.link.go_online()

    def _problem_of_own(self, text: str) -> str | None:
        if self._key is None:
            return "no certificate was asked for"
        try:
            chain = read(text)
        except ValueError as err:
            return str(err)
        if not fits(chain[0], self._key):
            return "the certificate is for another key"
        if self.faults.unchecked_certificate:
            return None
        wanted = self.security_settings.common_name or self._serial
        if common_name(chain[0]) != wanted:
            return f"the certificate is for {common_name(chain[0])}, not for {wanted}"
        return problem_of_chain(chain) or problem_of_dates(chain, self.clock.now())

    def _tell_events(self) -> None:
        events, self._events = self._events, []
        for event in events:
            self._tell(event)

    def _tell(self, event: Payload) -> None:
        def answered(answer: Payload | None) -> None:
            if answer is None:
                self._events.append(event)
            self.changed()

        self.outbox.put(Item("SecurityEventNotification", lambda: event, done=answered))

    def _lose_time(self) -> None:
        self.clock.set(WITHOUT_TIME if self.faults.clock_1970 else None)

    @override
    def _boot_answered(self, answer: Payload) -> float:
        if self.faults.clock_1970 and (told := answer.get("currentTime")):
            try:
                self.clock.set(datetime.fromisoformat(told))
            except ValueError:
                self.violation(f"currentTime is {told}")
        return super()._boot_answered(answer)


IDLE = {"status": "Idle"}

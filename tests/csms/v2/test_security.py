"""Passwords, network profiles, certificates and security events in OCPP 2.0.1."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.errors import (
    CsmsError,
    InvalidRequestError,
    NotSupportedError,
    RefusedError,
)
from custom_components.ocpp_cs.csms.model.security import (
    CertificateHash,
    ConnectionSecurity,
    SecurityLevel,
)
from custom_components.ocpp_cs.csms.security.passwords import new_password
from custom_components.ocpp_cs.csms.v2.security.certificates import (
    delete_certificate,
    get_installed_certificate_ids,
)
from custom_components.ocpp_cs.csms.v2.security.network_profiles import (
    Slots,
    set_network_profile,
)
from custom_components.ocpp_cs.csms.v2.security.secrets import MASK, cleaned, secrets_in
from custom_components.ocpp_cs.csms.v2.wording import ERROR_CODES
from tests.csms.client import CallFailed
from tests.csms.test_central_system import World, until

from .secure_station import SecureStation
from .station import V2Station, at

SECRET = "a password of the best kind"


@asynccontextmanager
async def connected(
    world: World, **answers: Any
) -> AsyncIterator[tuple[SecureStation, ChargePoint]]:
    """Give a station with network profiles, set up, and its charge point."""
    charge_point = world.adopt()
    station = SecureStation(f"ws://127.0.0.1:{world.central_system.port}/ocpp")
    station.answers.update(answers)
    async with station:
        await until(lambda: charge_point.connected and charge_point.ready)
        yield station, charge_point


def frames(charge_point: ChargePoint) -> str:
    """Return all frames that are kept."""
    return "\n".join(text for _, _, text in charge_point.frames)


# Passwords.


async def test_a_password_is_written_and_hidden(world: World) -> None:
    async with connected(world) as (station, charge_point):
        told: list[str] = []

        @asynccontextmanager
        async def change(password: str) -> AsyncIterator[None]:
            told.append(f"sent {password}")
            yield
            told.append("accepted")

        charge_point.password_change = change
        assert await charge_point.commands.set_password(SECRET) == {
            "status": "accepted"
        }
        assert station.password == SECRET
        assert told == [f"sent {SECRET}", "accepted"]
        assert "SetVariables" in frames(charge_point)
        assert SECRET not in frames(charge_point)


async def test_a_password_that_is_refused(world: World) -> None:
    def refusal(payload: dict[str, Any]) -> dict[str, Any]:
        return {
            "setVariableResult": [
                {
                    "component": one["component"],
                    "variable": one["variable"],
                    "attributeStatus": "Rejected",
                    "attributeStatusInfo": {
                        "reasonCode": "No",
                        "additionalInfo": f"not {one['attributeValue']}",
                    },
                }
                for one in payload["setVariableData"]
            ]
        }

    async with connected(world, SetVariables=refusal) as (_, charge_point):
        seen: list[type[BaseException]] = []

        @asynccontextmanager
        async def change(password: str) -> AsyncIterator[None]:
            try:
                yield
            except CsmsError as err:
                seen.append(type(err))
                raise

        charge_point.password_change = change
        with pytest.raises(RefusedError) as caught:
            await charge_point.commands.set_password(SECRET)
        assert caught.value.status == "rejected"
        (kind,) = seen
        assert issubclass(kind, RefusedError)
        assert SECRET not in frames(charge_point)


@pytest.mark.parametrize("length", [15, 41])
async def test_a_password_has_the_length_that_the_station_tells(
    world: World, length: int
) -> None:
    async with connected(world) as (station, charge_point):
        with pytest.raises(InvalidRequestError):
            await charge_point.commands.set_password("x" * length)
        assert not station.written("BasicAuthPassword")
        await charge_point.commands.set_password(new_password())


def test_what_is_hidden() -> None:
    data = {
        "attributeValue": SECRET,
        "component": {"name": "SecurityCtrlr"},
        "variable": {"name": "basicauthpassword"},
    }
    other = {
        "attributeValue": "1,0",
        "component": {"name": "OCPPCommCtrlr"},
        "variable": {"name": "NetworkConfigurationPriority"},
    }
    assert secrets_in("SetVariables", {"setVariableData": [other, data]}) == (SECRET,)
    assert secrets_in("Reset", {"type": "OnIdle"}) == ()
    profile = {
        "ocppCsmsUrl": "wss://example/secret",
        "apn": {"apnPassword": "one", "simPin": 1234},
        "vpn": {"password": "two", "key": "three"},
    }
    assert secrets_in("SetNetworkProfile", {"connectionData": profile}) == (
        "wss://example/secret",
        "one",
        "1234",
        "two",
        "three",
    )


def test_a_frame_that_somebody_else_wrote_is_masked() -> None:
    frame = (
        b'[2,"1","SetVariables",{"setVariableData":[{"attributeValue":"tell nobody",'
        b'"component":{"name":"SecurityCtrlr"},"variable":{"name":"BasicAuthPassword"}},'
        b'{"attributeValue":"1,0","component":{"name":"OCPPCommCtrlr"},'
        b'"variable":{"name":"NetworkConfigurationPriority"}}]}]'
    )
    masked = MASK.masked(frame)
    assert b"tell nobody" not in masked
    assert b"1,0" in masked
    plain = b'[2,"1","Heartbeat",{}]'
    assert MASK.masked(plain) == plain


def test_a_password_that_a_station_tells_is_not_kept() -> None:
    def result(name: str) -> dict[str, Any]:
        return {
            "attributeStatus": "Accepted",
            "attributeValue": "text",
            "component": {"name": "SecurityCtrlr"},
            "variable": {"name": name},
        }

    answer = {"getVariableResult": [result("BasicAuthPassword"), result("Identity")]}
    secret, other = cleaned("GetVariables", answer)["getVariableResult"]
    assert "attributeValue" not in secret
    assert other == result("Identity")
    assert cleaned("GetVariables", {"getVariableResult": 5}) == {"getVariableResult": 5}


# Network profiles.


def test_which_slots_are_free() -> None:
    def free(possible: str, priority: str, active: int | None = None) -> list[int]:
        return Slots(
            possible=tuple(map(int, possible)),
            priority=tuple(map(int, priority)),
            active=active,
        ).free()

    assert free("012", "1") == [0, 2]
    # The one that would be tried as well is the last.
    assert free("012", "10") == [2, 0]
    assert free("01", "10", 0) == [1]
    assert free("1", "1") == []
    assert free("", "1") == [2, 0]
    assert free("", "0") == [1]
    assert free("01", "") == []


async def test_a_level_is_put_in_front_of_the_one_in_use(world: World) -> None:
    async with connected(world) as (station, charge_point):
        answer = await charge_point.commands.set_security_level(
            SecurityLevel.PASSWORD, url="ws://home.example:9000/secret/CP1"
        )
        assert answer == {"status": "reboot_required", "configuration_slot": 0}
        assert station.priority == [0, 1]
        assert station.profiles[0] == {
            "url": "ws://home.example:9000/secret",
            "level": 1,
            "interface": "Wired0",
        }
        # The secret of the address is for nobody else.
        assert "secret" not in frames(charge_point)
        # It has not come with it.
        await charge_point.commands.keep_security_level()
        assert station.priority == [1]
        # Nothing is left to do.
        await charge_point.commands.keep_security_level()
        assert station.written("NetworkConfigurationPriority") == ["0,1", "1"]
        # The next time another interface is tried first.
        await charge_point.commands.set_security_level(
            SecurityLevel.PASSWORD, url="ws://home.example:9000/"
        )
        assert station.profiles[0]["interface"] == "Wireless0"


async def test_a_slot_that_would_be_tried_is_freed_first(world: World) -> None:
    charge_point = world.adopt()
    station = SecureStation(f"ws://127.0.0.1:{world.central_system.port}/ocpp")
    station.possible = (1, 5)
    station.profiles[5] = dict(station.profiles[1])
    station.priority = [1, 5]
    async with station:
        await until(lambda: charge_point.connected and charge_point.ready)
        await charge_point.commands.set_security_level(
            SecurityLevel.PASSWORD, url="ws://home.example/CP1"
        )
        assert station.priority == [5, 1]
        assert station.profiles[5]["level"] == 1


@pytest.mark.parametrize(
    ("reason", "sent"),
    [
        ("InvalidConfSlot", [(0, "Wired0"), (2, "Wired0")]),
        ("NoSecurityDowngrade", [(0, "Wired0")]),
        (
            "InvalidNetworkConf",
            [(0, "Wired0"), (0, "Wireless0"), (2, "Wired0"), (2, "Wireless0")],
        ),
    ],
)
async def test_a_profile_that_is_refused(
    world: World, reason: str, sent: list[tuple[int, str]]
) -> None:
    answer = {"status": "Rejected", "statusInfo": {"reasonCode": reason}}
    async with connected(world, SetNetworkProfile=answer) as (station, charge_point):
        with pytest.raises(RefusedError):
            await charge_point.commands.set_security_level(
                SecurityLevel.PASSWORD, url="ws://home.example/CP1"
            )
        assert [
            (one["configurationSlot"], one["connectionData"]["ocppInterface"])
            for one in station.calls("SetNetworkProfile")
        ] == sent
        assert station.priority == [1]


async def test_a_station_without_network_profiles(world: World) -> None:
    async with connected(world, SetNetworkProfile="NotImplemented") as (
        station,
        charge_point,
    ):
        with pytest.raises(NotSupportedError):
            await charge_point.commands.set_security_level(
                SecurityLevel.TLS, url="wss://home.example/CP1"
            )
        assert station.priority == [1]


async def test_a_station_that_tells_nothing_of_slots(world: World) -> None:
    charge_point = world.adopt()
    async with V2Station.of(world, GetVariables="NotSupported") as station:
        await station.booted(world)
        with pytest.raises(InvalidRequestError):
            await charge_point.commands.set_security_level(
                SecurityLevel.TLS, url="wss://home.example/CP1"
            )
        assert not [one for one in station.received if one[0] == "SetNetworkProfile"]


async def test_a_level_is_lowered_only_from_a_certificate_to_tls(world: World) -> None:
    async with connected(world) as (station, charge_point):
        charge_point.security = ConnectionSecurity(with_password=True)
        with pytest.raises(InvalidRequestError):
            await charge_point.commands.set_security_level(
                SecurityLevel.NONE, url="ws://home.example/CP1"
            )
        assert not station.calls("SetNetworkProfile")


async def test_a_network_profile_of_a_user(world: World) -> None:
    async with connected(world) as (station, charge_point):
        caller = charge_point.commands.caller  # type: ignore[attr-defined]
        answer = await set_network_profile(
            caller,
            {
                "configuration_slot": 2,
                "connection_data": {"ocppCsmsUrl": "wss://other.example"},
                "security_profile": 2,
                "ocpp_interface": "wireless0",
                "vpn": {
                    "server": "vpn.example",
                    "user": "me",
                    "password": SECRET[:20],
                    "key": "the key",
                    "type": "IKEv2",
                },
            },
        )
        assert answer["status"] == "accepted"
        (sent,) = station.calls("SetNetworkProfile")
        assert sent["connectionData"]["vpn"]["password"] == SECRET[:20]
        assert sent["connectionData"]["messageTimeout"] == 30
        for text in (SECRET[:20], "the key", "other.example"):
            assert text not in frames(charge_point)
        with pytest.raises(InvalidRequestError):
            await set_network_profile(
                caller,
                {
                    "configuration_slot": 2,
                    "connection_data": {"security_profile": 1},
                    "security_profile": 2,
                },
            )


# Certificates.


async def test_our_roots_are_found_among_all_that_are_told(world: World) -> None:
    def chain(kind: str, number: str) -> dict[str, Any]:
        return {
            "certificateType": kind,
            "certificateHashData": {
                "hashAlgorithm": "SHA512",
                "issuerNameHash": "aa",
                "issuerKeyHash": "bb",
                "serialNumber": number,
                "customData": {"vendorId": "acme"},
            },
        }

    answer = {
        "status": "Accepted",
        "certificateHashDataChain": [
            chain("V2GRootCertificate", "01"),
            chain("CSMSRootCertificate", "02"),
        ],
    }
    async with connected(world, GetInstalledCertificateIds=answer) as (
        station,
        charge_point,
    ):
        commands = charge_point.commands
        (root,) = await commands.installed_root_certificates()
        assert root == CertificateHash(
            hash_algorithm="sha512",
            issuer_name_hash="aa",
            issuer_key_hash="bb",
            serial_number="02",
        )
        station.answers["DeleteCertificate"] = {"status": "Accepted"}
        await commands.delete_root_certificate(root)
        (sent,) = station.calls("DeleteCertificate")
        # M04.FR.07.
        assert sent["certificateHashData"]["hashAlgorithm"] == "SHA512"
        station.answers["GetInstalledCertificateIds"] = {"status": "NotFound"}
        assert await commands.installed_root_certificates() == ()


async def test_certificates_of_a_user(world: World) -> None:
    async with connected(world) as (station, charge_point):
        caller = charge_point.commands.caller  # type: ignore[attr-defined]
        await get_installed_certificate_ids(caller, {})
        await get_installed_certificate_ids(
            caller, {"certificate_type": "mo_root_certificate"}
        )
        await get_installed_certificate_ids(
            caller,
            {"certificate_type": ["V2GRootCertificate", "csms_root_certificate"]},
        )
        assert station.calls("GetInstalledCertificateIds") == [
            {},
            {"certificateType": ["MORootCertificate"]},
            {"certificateType": ["V2GRootCertificate", "CSMSRootCertificate"]},
        ]
        station.answers["DeleteCertificate"] = {"status": "Failed"}
        with pytest.raises(RefusedError):
            await delete_certificate(
                caller,
                {
                    "certificate_hash_data": {"hash_algorithm": "sha384"},
                    "issuer_name_hash": "aa",
                    "issuer_key_hash": "bb",
                    "serial_number": "1",
                },
            )
        assert station.calls("DeleteCertificate") == [
            {
                "certificateHashData": {
                    "hashAlgorithm": "SHA384",
                    "issuerNameHash": "aa",
                    "issuerKeyHash": "bb",
                    "serialNumber": "1",
                }
            }
        ]


async def test_a_request_for_a_certificate(world: World) -> None:
    async with connected(world) as (station, charge_point):
        told: list[tuple[str, dict[str, Any]]] = []
        charge_point.listen(lambda kind, data: told.append((kind, data)))
        await charge_point.commands.trigger_certificate_request()
        assert charge_point.csr_asked is not None
        # It needs the name of an organization before (A02).
        assert station.organization == "Home Assistant"
        await until(lambda: told)
        ((kind, data),) = told
        assert kind == "sign_certificate"
        assert "CERTIFICATE REQUEST" in data["csr"]
        await charge_point.commands.install_own_certificate("the chain")
        assert station.calls("CertificateSigned") == [
            {
                "certificateChain": "the chain",
                "certificateType": "ChargingStationCertificate",
            }
        ]
        # For what cars see, there is no authority here.
        assert await station.ask_for_certificate(certificateType="V2GCertificate") == {
            "status": "Rejected"
        }
        charge_point.check_csr = lambda csr: False
        assert await station.ask_for_certificate() == {"status": "Rejected"}
        assert len(told) == 1


async def test_what_a_car_asks_for_is_answered(world: World) -> None:
    world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        assert await station.call(
            "Get15118EVCertificate",
            {
                "iso15118SchemaVersion": "urn:iso:15118:2:2013:MsgDef",
                "action": "Install",
                "exiRequest": "AAAA",
            },
        ) == {"status": "Failed", "exiResponse": ""}
        assert await station.call(
            "GetCertificateStatus",
            {
                "ocspRequestData": {
                    "hashAlgorithm": "SHA256",
                    "issuerNameHash": "aa",
                    "issuerKeyHash": "bb",
                    "serialNumber": "1",
                    "responderURL": "http://ocsp.example",
                }
            },
        ) == {"status": "Failed"}


# Security events.


async def test_a_security_event_is_told_once(world: World) -> None:
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        told: list[dict[str, Any]] = []
        charge_point.listen(
            lambda kind, data: told.append(data) if kind == "security_event" else None
        )
        event = {
            "type": "TamperDetectionActivated",
            "timestamp": at(),
            "techInfo": "lid",
        }
        for _ in range(2):
            assert await station.call("SecurityEventNotification", event) == {}
        assert [(one["type"], one["tech_info"]) for one in told] == [
            ("TamperDetectionActivated", "lid")
        ]
        assert (
            await station.call(
                "SecurityEventNotification", event | {"timestamp": at(1)}
            )
            == {}
        )
        assert len(told) == 2


@pytest.mark.parametrize(
    ("action", "payload", "outcome"),
    [
        ("SignCertificate", {}, "OccurrenceConstraintViolation"),
        ("SignCertificate", {"csr": 5}, None),
        ("SignCertificate", {"csr": "", "certificateType": 3}, None),
        ("SignCertificate", {"csr": "x" * 6000}, None),
        ("GetCertificateStatus", {}, "OccurrenceConstraintViolation"),
        ("Get15118EVCertificate", {"action": "Steal"}, None),
        ("SecurityEventNotification", {"type": ["a"]}, None),
        ("SecurityEventNotification", {"timestamp": "now"}, None),
        ("SecurityEventNotification", {"type": "x" * 600, "timestamp": "later"}, None),
    ],
)
async def test_what_is_wrong_is_answered(
    world: World, action: str, payload: dict[str, Any], outcome: str | None
) -> None:
    """With an answer or an error of OCPP 2; the connection stays."""
    charge_point = world.adopt()
    charge_point.check_csr = lambda csr: False
    async with V2Station.of(world) as station:
        await station.booted(world)
        code, answer = None, {}
        try:
            answer = await station.call(action, payload)
        except CallFailed as err:
            code = err.code
        assert outcome in (None, code)
        assert code in {None, *ERROR_CODES.values()} - {"InternalError"}
        assert set(answer) <= {"status", "statusInfo", "exiResponse"}
        assert await station.call("Heartbeat")

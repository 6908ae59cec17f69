"""Authorize, and what is told of a token."""

from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.access.authorization import Authorization, KnownTag
from tests.csms.v2.test_transactions import Known, knowing

from .station import V2Station
from .test_transactions import world as world  # noqa: PLC0414

HASHES = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "a",
    "issuerKeyHash": "b",
    "serialNumber": "1",
    "responderURL": "http://ocsp.example",
}


async def authorize(
    station: V2Station, token: str, kind: str = "ISO14443", **more: Any
) -> dict[str, Any]:
    """Present a token."""
    return await station.call(
        "Authorize", {"idToken": {"idToken": token, "type": kind}, **more}
    )


def explain(refused: Authorization) -> tuple[str, str]:
    """Say why a card is refused."""
    return f"Nein: {'woanders' if refused.elsewhere else refused.status.value}", "de"


async def test_what_is_told_of_a_card(world: Known) -> None:
    """Status, group (C09.FR.09), end (cacheExpiryDateTime), and why it is refused."""
    world.adopt()
    knowing(
        world,
        KnownTag(
            id="ANNA",
            name="Anna",
            parent="FAMILY",
            valid_until=datetime(2040, 1, 2, tzinfo=UTC),
        ),
        KnownTag(id="OLD", name="Old", valid_until=datetime(2020, 1, 1, tzinfo=UTC)),
        KnownTag(id="BAD", name="Bad", blocked=True),
        KnownTag(id="FAR", name="Far", charge_points=frozenset({"CP9"})),
    )
    world.authorizer.explain = explain
    async with V2Station.of(world) as station:
        await station.booted(world)
        told = (await authorize(station, "anna"))["idTokenInfo"]
        assert told.pop("cacheExpiryDateTime").startswith("2040-01-02")
        assert told == {
            "status": "Accepted",
            "groupIdToken": {"idToken": "FAMILY", "type": "Central"},
        }
        for token, status, why in (
            ("OLD", "Expired", "expired"),
            ("BAD", "Blocked", "blocked"),
            ("FAR", "NotAtThisLocation", "woanders"),
            ("WHO", "Invalid", "invalid"),
        ):
            told = (await authorize(station, token))["idTokenInfo"]
            assert told["status"] == status
            assert told["personalMessage"] == {
                "format": "UTF8",
                "language": "de",
                "content": f"Nein: {why}",
            }


@pytest.mark.parametrize(
    ("kind", "token"),
    [
        ("Central", "C"),
        ("eMAID", "DEABC123456789"),
        ("ISO14443", "04A1B2C3"),
        ("ISO15693", "E00401501A2B3C4D"),
        ("KeyCode", "123456"),
        ("Local", "L"),
        ("MacAddress", "A0B1C2D3E4F5"),
        ("NoAuthorization", ""),
        ("ISO14443", "X" * 36),
    ],
)
async def test_all_kinds_of_tokens(world: Known, kind: str, token: str) -> None:
    """Each is decided by its id; without authorization everybody charges (C02)."""
    world.adopt()
    knowing(world)
    async with V2Station.of(world) as station:
        await station.booted(world)
        told = (await authorize(station, token, kind))["idTokenInfo"]
        assert told["status"] == (
            "Accepted" if kind == "NoAuthorization" else "Invalid"
        )


async def test_contracts(world: Known) -> None:
    """C07: by the id of the contract; a certificate that we cannot verify is refused."""
    world.adopt()
    knowing(world, KnownTag(id="DEABC1", name="Car"))
    async with V2Station.of(world) as station:
        await station.booted(world)
        more = {"iso15118CertificateHashData": [HASHES]}
        answer = await authorize(station, "DEABC1", "eMAID", **more)
        assert answer["certificateStatus"] == "Accepted"
        assert answer["idTokenInfo"]["status"] == "Accepted"
        answer = await authorize(station, "DEABC2", "eMAID", **more)
        assert answer["certificateStatus"] == "ContractCancelled"
        assert answer["idTokenInfo"]["status"] == "Invalid"
        answer = await authorize(station, "DEABC1", "eMAID", certificate="PEM")
        assert answer == {
            "idTokenInfo": {"status": "Invalid"},
            "certificateStatus": "CertChainError",
        }


async def test_the_person_of_a_key_code(world: Known) -> None:
    """A masked code finds its owner, if there is only one."""
    knowing(
        world, KnownTag(id="8472914", name="Anna"), KnownTag(id="1111112", name="Ben")
    )
    known = world.authorizer.known("***14")
    assert known is not None
    assert known.name == "Anna"
    knowing(
        world, KnownTag(id="8472914", name="Anna"), KnownTag(id="1111114", name="Ben")
    )
    assert world.authorizer.known("***14") is None


@pytest.mark.parametrize("code", ["9" * 40, "9" * 300, 99999999])
async def test_an_odd_key_code_is_not_logged(
    world: Known, code: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor if it is too long, or no text (C04.FR.04)."""
    charge_point = world.adopt()
    caplog.set_level("DEBUG")
    async with V2Station.of(world) as station:
        await station.booted(world)
        caplog.clear()
        await authorize(station, code, "KeyCode")
    assert charge_point.deviations.counts
    ours = [one for one in caplog.records if "ocpp_cs" in one.name]
    assert ours
    assert not any("9999" in one.getMessage() for one in ours)


async def test_kinds_of_later_versions(world: Known) -> None:
    """A kind that is not known yet, or is missing, is that of a card."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        told = await authorize(station, "WVWZZZ1JZXW000001", "VIN")
        assert told["idTokenInfo"]["status"] == "Accepted"
        await station.event("Started", idToken={"idToken": "ANNA"})
        running = charge_point.connector(1).transaction
        assert running is not None
        assert running.id_tag == "ANNA"

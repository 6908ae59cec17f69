"""Who is sent away for how it connects, and what is told of it."""

from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.model import Refusal, RefusalReason
from tests.csms.central import Central
from tests.csms.peer import OCPP, UPGRADE

TWO = "Sec-WebSocket-Protocol: ocpp2.0.1, ocpp2.1"


@pytest.mark.parametrize(
    ("target", "headers", "strict", "wanted"),
    [
        ("/", (OCPP,), False, (RefusalReason.NO_ID, "/", None, ("ocpp1.6",))),
        ("/?a=secret", (), False, (RefusalReason.NO_ID, "/", None, ())),
        ("/o/%FF", (TWO,), True, (RefusalReason.NO_ID, "/o/%FF", None, TWO)),
        (
            "/a/CP1",
            (TWO,),
            False,
            (RefusalReason.PROTOCOL_UNKNOWN, "/a/CP1", "CP1", TWO),
        ),
        ("/CP1", (), True, (RefusalReason.PROTOCOL_MISSING, "/CP1", "CP1", ())),
        ("/CP1", (), False, None),
        ("/CP1", (OCPP,), True, None),
    ],
)
async def test_a_refusal_is_told(
    target: str, headers: tuple[str, ...], strict: bool, wanted: Any
) -> None:
    refusals: list[Refusal] = []
    async with Central(
        strict_subprotocol=strict, on_refused=refusals.append
    ) as central:
        peer = await central.dial()
        await peer.request(target, (*UPGRADE, *headers))
        if wanted is None:
            assert peer.status == 101
            assert (await peer.ask([2, "1", "Heartbeat", {}]))[:2] == [3, "1"]
            assert refusals == []
            return
        reason, path, charge_point_id, offered = wanted
        if reason is RefusalReason.NO_ID:
            assert peer.status == 404
        else:
            assert await peer.close_code() == 1002
        assert refusals == [
            Refusal(
                reason=reason,
                remote="127.0.0.1",
                path=path,
                charge_point_id=charge_point_id,
                subprotocols_offered=("ocpp2.0.1", "ocpp2.1")
                if offered is TWO
                else offered,
            )
        ]


async def test_who_cannot_be_told_does_no_harm(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(refusal: Refusal) -> None:
        raise RuntimeError(refusal.path)

    async with Central(on_refused=broken) as central:
        peer = await central.dial()
        await peer.request("/", (*UPGRADE, OCPP))
        assert peer.status == 404
        peer = await central.dial()
        await peer.request("/CP1", (*UPGRADE, TWO))
        assert await peer.close_code() == 1002
    assert caplog.text.count("Telling of Refusal") == 2


async def test_a_browser_is_no_charge_point() -> None:
    refusals: list[Refusal] = []
    async with Central(on_refused=refusals.append) as central:
        peer = await central.dial()
        await peer.request("/", ("Host: 127.0.0.1",))
        assert peer.status == 426
    assert refusals == []

"""Messages of makers go between the charger and those backends that are to have them."""

from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.errors import RefusedError
from custom_components.ocpp_cs.csms.outside.transfers import TransferAnswer
from custom_components.ocpp_cs.csms.upstream.asked import (
    data_transfer as data_transfer_module,
)
from simulator import Generic
from tests.csms.test_central_system import until

from .asked import asked
from .pair import Pair

MAKERS: Any = {"vendor_ids": frozenset({"acme"})}


def answers(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    """Have the charger answer a DataTransfer."""
    monkeypatch.setitem(
        Generic._handlers, "DataTransfer", lambda charger, payload: answer(payload)
    )


async def test_a_message_of_the_employer_reaches_the_charger_and_its_answer_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with asked(**MAKERS) as one:
        answers(
            monkeypatch,
            lambda payload: {"status": "Accepted", "data": payload["data"] * 2},
        )
        answer = await one.theirs.commands.call(
            "data_transfer", vendor_id="ACME", message_id="light", data="on"
        )
        assert answer == {"status": "accepted", "data": "onon"}
        assert one.sent("DataTransfer") == [
            {"vendorId": "ACME", "messageId": "light", "data": "on"}
        ]
        for status in ("Rejected", "UnknownMessageId", "UnknownVendorId"):
            answers(monkeypatch, lambda payload, told=status: {"status": told})
            assert (await one.ask("DataTransfer", vendorId="acme"))["status"] == status
        # Those of others do not.
        with pytest.raises(RefusedError) as refused:
            await one.theirs.commands.call("data_transfer", vendor_id="Other")
        assert refused.value.status == "unknown_vendor_id"
        assert len(one.sent("DataTransfer")) == 4


async def test_a_charger_that_does_not_answer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(data_transfer_module, "_ANSWER_S", 0.05)
    async with asked(**MAKERS) as one:
        one.charger.faults.never_answer = True
        answer = await one.ask("DataTransfer", vendorId="acme")
        assert answer == {"status": "Rejected"}
        await one.charger.drop()
        await until(lambda: not one.ours.connected)
        answer = await one.ask("DataTransfer", vendorId="acme")
        assert answer == {"status": "Rejected"}


async def test_a_message_of_the_charger_reaches_the_employer() -> None:
    async with asked(**MAKERS) as one:
        heard: list[Any] = []
        one.theirs.listen(
            lambda kind, data: heard.append(data) if kind == "data_transfer" else None
        )

        async def answer(*_: Any) -> TransferAnswer:
            return TransferAnswer(status="accepted", data="thanks")

        one.theirs.pass_on = lambda *_: answer()
        told = await one.charger.link.call(
            "DataTransfer", {"vendorId": "Acme", "messageId": "x", "data": "7"}
        )
        assert told == {"status": "Accepted", "data": "thanks"}
        await until(lambda: heard)
        assert heard[0]["vendor_id"] == "Acme" and heard[0]["data"] == "7"
        # That of another maker is answered here.
        told = await one.charger.link.call("DataTransfer", {"vendorId": "Other"})
        assert told == {"status": "UnknownVendorId"}
        assert len(heard) == 1


async def test_without_the_employer_it_is_answered_here() -> None:
    async with asked(**MAKERS) as one:
        await one.pair.employer.central_system.stop()
        await until(lambda: not one.station.connected)
        told = await one.charger.link.call("DataTransfer", {"vendorId": "Acme"})
        assert told == {"status": "UnknownVendorId"}


async def test_of_several_the_first_answers() -> None:
    pair = Pair()
    async with asked(pair, **MAKERS) as one:
        pair.upstreams.apply(
            [
                pair.settings(**MAKERS),
                pair.settings(id="other", url="ws://127.0.0.1:1/ocpp", **MAKERS),
            ]
        )
        await until(lambda: pair.upstreams.stations["employer", "CP1"].connected)
        told = await one.charger.link.call("DataTransfer", {"vendorId": "Acme"})
        assert told == {"status": "UnknownVendorId"}

"""What a charge point has signed reaches an upstream untouched, and in order."""

from datetime import UTC, datetime
import json
from typing import Any

from custom_components.ocpp_cs.csms.model.sample import SignedValue
from custom_components.ocpp_cs.csms.v16.upstream.values import sampled_values
from tests.csms.test_central_system import start, stop, until

from .payer import housed

BLOCKS = [f'OCMF|{{"PG":"T{number}"}}|{{"SD":"3045é+/="}}' for number in range(5)]


def signed(number: int, context: str) -> dict[str, Any]:
    """Return a signed value as the application note has it."""
    return {
        "value": BLOCKS[number],
        "format": "SignedData",
        "context": context,
        "measurand": "Energy.Active.Import.Register",
    }


def values(transaction_id: int, *samples: dict[str, Any]) -> dict[str, Any]:
    """Return a MeterValues."""
    return {
        "connectorId": 1,
        "transactionId": transaction_id,
        "meterValue": [
            {"timestamp": datetime.now(UTC).isoformat(), "sampledValue": list(samples)}
        ],
    }


def found(calls: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, str, str]]:
    """Return where signed data was: the action, its context, and the data."""
    return [
        (action, sample["context"], sample["value"])
        for action, payload in calls
        for value in payload.get("meterValue") or payload.get("transactionData") or ()
        for sample in value["sampledValue"]
        if sample.get("format") == "SignedData"
    ]


async def test_signed_data_goes_on_untouched_and_in_order() -> None:
    async with housed() as house, house.world.client() as client:
        await client.boot()
        number = (await client.call("StartTransaction", start(1000)))["transactionId"]
        await client.call("MeterValues", values(number, signed(0, "Transaction.Begin")))
        await house.payer.stop()
        for one in (1, 2):
            plain = {"value": str(1000 + one)}
            await client.call(
                "MeterValues", values(number, plain, signed(one, "Sample.Periodic"))
            )
        data = values(
            number, signed(3, "Transaction.Begin"), signed(4, "Transaction.End")
        )["meterValue"]
        await client.call("StopTransaction", stop(number, 1200, transactionData=data))
        await house.payer.start()
        await house.told()
    assert found(house.payer.calls) == [
        ("MeterValues", "Transaction.Begin", BLOCKS[0]),
        ("MeterValues", "Sample.Periodic", BLOCKS[1]),
        ("MeterValues", "Sample.Periodic", BLOCKS[2]),
        ("StopTransaction", "Transaction.Begin", BLOCKS[3]),
        ("StopTransaction", "Transaction.End", BLOCKS[4]),
    ]


async def test_signed_data_of_ocpp_2_is_spelled_as_the_application_note_has_it() -> (
    None
):
    block = {
        "signedMeterData": "T0NNRg==",
        "signingMethod": "ECDSA-secp256r1-SHA256",
        "encodingMethod": "OCMF",
        "publicKey": "b2NhOg==",
    }
    async with housed() as house:
        client = house.world.client()
        client._subprotocols = ("ocpp2.0.1",)
        async with client:
            await client.call(
                "BootNotification",
                {
                    "chargingStation": {"model": "X", "vendorName": "Acme"},
                    "reason": "PowerUp",
                },
            )

            async def event(kind: str, seq: int, context: str) -> None:
                await client.call(
                    "TransactionEvent",
                    {
                        "eventType": kind,
                        "timestamp": datetime.now(UTC).isoformat(),
                        "triggerReason": "Authorized",
                        "seqNo": seq,
                        "transactionInfo": {"transactionId": "one"},
                        "evse": {"id": 1, "connectorId": 1},
                        "idToken": {"idToken": "TAG", "type": "ISO14443"},
                        "meterValue": [
                            {
                                "timestamp": datetime.now(UTC).isoformat(),
                                "sampledValue": [
                                    {
                                        "value": 1000 + seq,
                                        "context": context,
                                        "signedMeterValue": block,
                                    }
                                ],
                            }
                        ],
                    },
                )

            await event("Started", 0, "Transaction.Begin")
            await event("Updated", 1, "Sample.Periodic")
            await event("Ended", 2, "Transaction.End")
            await until(lambda: house.payer.booked and house.payer.booked[0].end)
            await house.told()
    told = found(house.payer.calls)
    # A start of 1.6 has no place for it.
    assert [(action, context) for action, context, _ in told] == [
        ("MeterValues", "Transaction.Begin"),
        ("MeterValues", "Sample.Periodic"),
        ("StopTransaction", "Transaction.End"),
    ]
    assert all(json.loads(data) == block for _, _, data in told)


def test_a_text_of_ocpp_1_6_stays_as_it_is() -> None:
    one = SignedValue(context=None, measurand=None, data=BLOCKS[0])
    assert sampled_values({}, (), "Sample.Periodic", [one]) == [
        {"value": BLOCKS[0], "format": "SignedData"}
    ]

"""All in which 2.1 differs from 2.0.1, by both folders of schemas, so that nothing is forgotten."""

from itertools import product
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.errors import CommandError, RefusedError
from custom_components.ocpp_cs.csms.schema.spelling import from_ocpp, snake, to_ocpp
from custom_components.ocpp_cs.csms.v2.actions import ACTIONS_OF_2_1
from tests.csms.client import CallFailed
from tests.csms.garbage import INBOUND_OF_2

from .conftest import Box
from .payloads import (
    INBOUND_OF_2_1,
    differences,
    enumerations_that_ended,
    full,
    placed,
    schemas,
    value_at,
)

BEFORE, NOW = schemas()
NEW = NOW.actions - BEFORE.actions


def test_nothing_is_gone_and_27_actions_are_new() -> None:
    assert BEFORE.actions <= NOW.actions
    assert len(NEW) == 27
    assert INBOUND_OF_2_1 <= NEW
    assert len(NEW - INBOUND_OF_2_1) == len(ACTIONS_OF_2_1)


async def test_all_that_is_right_in_2_1_is_answered(
    box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    """New words, longer texts, numbers with a fraction, and what need not be there any more.

    Each has an answer that the schema allows, and no call fails.
    """
    wrong: list[str] = []
    count = 0
    for action in sorted(INBOUND_OF_2):
        answers = NOW.response(action)
        assert answers is not None
        for field, payload in differences(action, "request"):
            request = NOW.request(action)
            assert request is not None
            assert not request.problems(payload, formats=True), (action, field)
            count += 1
            try:
                answer = await box.station.call(action, payload)
            except CallFailed as err:
                wrong.append(f"{action} {field}: {err}")
                continue
            wrong += [
                f"{action} {field}: {one.path} {one.message}"
                for one in answers.problems(answer, formats=True)
            ]
    assert not wrong
    assert count > 150
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


@pytest.mark.parametrize("action", sorted(INBOUND_OF_2_1))
async def test_each_new_message_of_a_station_is_answered(box: Box, action: str) -> None:
    """With all that it may have, and with what it needs alone."""
    request, answers = NOW.request(action), NOW.response(action)
    assert request is not None
    box.station.answers["GetMonitoringReport"] = {"status": "NotSupported"}
    for required in (False, True):
        payload = full(request.definition, required=required)
        assert request.valid(payload)
        answer = await box.station.call(action, payload)
        if answers is None:
            # As a call it deserves an answer, though it should not be one.
            assert answer == {}
        else:
            assert not answers.problems(answer, formats=True)


async def test_all_that_2_1_may_be_sent_can_be_sent(box: Box) -> None:
    """And every answer of 2.1 to it is read."""
    wrong: list[str] = []
    for action in sorted(NOW.actions - {*INBOUND_OF_2} - INBOUND_OF_2_1):
        request, response = NOW.request(action), NOW.response(action)
        assert request is not None
        assert response is not None
        if action in BEFORE.actions:
            cases = [*differences(action, "request")]
            answers = [payload for _, payload in differences(action, "response")]
        else:
            cases = [("all", full(request.definition))]
            answers = [
                full(response.definition),
                full(response.definition, required=True),
            ]
        last: Any = answers[0]
        for number in range(max(len(cases), len(answers))):
            field, payload = cases[min(number, len(cases) - 1)]
            last = answers[min(number, len(answers) - 1)]
            box.station.answers[action] = last
            try:
                await box.charge_point.commands.caller.exchange(action, **payload)
            except CommandError as err:
                wrong.append(f"{action} {field}: {err}")
            else:
                assert box.station.received[-1] == (action, payload)
    assert not wrong


def test_what_was_enumerated_is_still_spelled() -> None:
    """Those of 2.0.1 are known in our spelling, too, though 2.1 takes any text."""
    ended: set[str | int] = set()
    wrong: list[str] = []
    for action, kind in product(sorted(BEFORE.actions), ("request", "response")):
        schema = NOW.request(action) if kind == "request" else NOW.response(action)
        assert schema is not None
        for words, path in enumerations_that_ended(action, kind):
            ended.add(path[-1] if isinstance(path[-1], str) else path[-2])
            ours = [snake(one) if isinstance(one, str) else one for one in path]
            for word in words:
                told = placed(full(schema.definition), path, snake(word))
                spelled = to_ocpp(told, schema.definition)
                back = from_ocpp(spelled, schema.definition)
                if (value_at(spelled, path), value_at(back, ours)) != (
                    word,
                    snake(word),
                ):
                    wrong.append(f"{action} {path} {word}")
    assert not wrong
    assert ended == {"type", "chargingLimitSource", "connectorType"}


async def test_each_new_message_to_a_station_is_an_action(box: Box) -> None:
    """With fields as users give them; what is refused is told as such."""
    tariff = {
        "tariff_id": "home",
        "currency": "EUR",
        "energy": {"prices": [{"price_kwh": 0.3}]},
    }
    accepted = {"status": "Accepted"}
    given: dict[str, tuple[dict[str, Any], Any]] = {
        "adjust_periodic_event_stream": ({"id": 1, "interval": 60}, accepted),
        "afrr_signal": ({"signal": 50}, accepted),
        "change_transaction_tariff": (
            {"transaction_id": "T-1", "tariff": tariff},
            accepted,
        ),
        "clear_der_control": ({"is_default": True}, accepted),
        "clear_tariffs": (
            {"connector_id": 1, "tariff_ids": ["home"]},
            {"clearTariffsResult": [{"status": "Accepted", "tariffId": "home"}]},
        ),
        "get_der_control": ({"control_type": "volt_var"}, {"status": "NotFound"}),
        "get_periodic_event_stream": ({}, {}),
        "get_tariffs": ({"connector_id": 0}, {"status": "NoTariff"}),
        "notify_allowed_energy_transfer": (
            {
                "transaction_id": "T-1",
                "allowed_energy_transfer": frozenset({"ac_bpt", "ac_three_phase"}),
            },
            accepted,
        ),
        "notify_web_payment_started": ({"connector_id": 2, "timeout": 60}, {}),
        "request_battery_swap": ({"id_tag": "CARD", "id_token_type": "vin"}, accepted),
        "set_default_tariff": ({"connector_id": 0, "tariff": tariff}, accepted),
        "set_der_control": (
            {
                "control_type": "hf_must_trip",
                "is_default": True,
                "settings": {
                    "curve": {
                        "priority": 0,
                        "y_unit": "not_applicable",
                        "curve_data": [{"x": 1, "y": 2}],
                    }
                },
            },
            accepted,
        ),
        "update_dynamic_schedule": (
            {"charging_profile_id": 1, "schedule_update": {"limit": 6}},
            accepted,
        ),
        "use_priority_charging": (
            {"transaction_id": "T-1", "activate": True},
            accepted,
        ),
    }
    assert given.keys() == ACTIONS_OF_2_1.keys()
    sent: set[str] = set()
    for name, (fields, answer) in given.items():
        for action in NEW - INBOUND_OF_2_1:
            box.station.answers[action] = answer
        box.station.received.clear()
        await box.charge_point.commands.call(name, **fields)
        ((action, payload),) = box.station.received
        request = NOW.request(action)
        assert request is not None
        assert request.valid(payload)
        sent.add(action)
        if "status" in answer:
            box.station.answers[action] = {"status": "Rejected"}
            with pytest.raises(RefusedError):
                await box.charge_point.commands.call(name, **fields)
    assert sent == NEW - INBOUND_OF_2_1

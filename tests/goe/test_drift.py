"""Whether a charger is still ours."""

from typing import Any

import pytest

from custom_components.ocpp_cs.goe.client import GoEClient
from custom_components.ocpp_cs.goe.drift import Drift, Expected, Finding, findings
from custom_components.ocpp_cs.goe.errors import (
    ApiLockedError,
    ApiOffError,
    GoEError,
    NotGoEError,
    UnauthorizedError,
    UnexpectedAnswerError,
    UnreachableError,
)
from custom_components.ocpp_cs.goe.model import GoEStatus
from simulator import GoE

OURS = "ws://192.168.1.2:9000/237512"
MOVED = "ws://192.168.1.7:9000/237512"
ELSEWHERE = "ws://steve/237512"


def status(**values: Any) -> GoEStatus:
    made = GoEStatus.read(
        {"sse": "237512", "typ": "go-eCharger", "ocppe": True, "ocppu": OURS} | values
    )
    assert made is not None
    return made


def expected(**values: Any) -> Expected:
    return Expected(serial="237512", url=OURS, **values)


@pytest.mark.parametrize(
    ("values", "own_url", "found"),
    [
        ({}, OURS, []),
        ({}, None, []),
        ({"ocppe": False}, OURS, [Finding(drift=Drift.OCPP_OFF)]),
        (
            {"ocppu": ELSEWHERE},
            OURS,
            [Finding(drift=Drift.ELSEWHERE, expected=OURS, found=ELSEWHERE)],
        ),
        (
            {"ocppu": ""},
            None,
            [Finding(drift=Drift.ELSEWHERE, expected=OURS, found="")],
        ),
        (
            {},
            MOVED,
            [Finding(drift=Drift.ADDRESS_CHANGED, expected=MOVED, found=OURS)],
        ),
        # Put right by hand.
        ({"ocppu": MOVED}, MOVED, []),
        (
            {"ocppu": ELSEWHERE, "ocppe": False},
            MOVED,
            [
                Finding(drift=Drift.ELSEWHERE, expected=MOVED, found=ELSEWHERE),
                Finding(drift=Drift.OCPP_OFF),
            ],
        ),
        # It does not tell.
        ({"ocppu": None, "ocppe": None}, OURS, []),
        (
            {"sse": "999999", "ocppu": ELSEWHERE},
            OURS,
            [Finding(drift=Drift.OTHER_DEVICE, expected="237512", found="999999")],
        ),
    ],
)
def test_findings(
    values: dict[str, Any], own_url: str | None, found: list[Finding]
) -> None:
    assert findings(expected(own_url=own_url), status(**values)) == tuple(found)


@pytest.mark.parametrize("values", [{"ocppu": ELSEWHERE}, {"ocppe": False}, {}])
def test_a_charger_that_is_with_us_is_ours(values: dict[str, Any]) -> None:
    """By way of a proxy, for one."""
    wanted = expected(own_url=MOVED, connected=True)
    assert findings(wanted, status(**values)) == ()
    other = findings(wanted, status(sse="999999"))
    assert [finding.drift for finding in other] == [Drift.OTHER_DEVICE]


@pytest.mark.parametrize(
    ("error", "connected", "drift"),
    [
        (ApiOffError(), False, Drift.API_OFF),
        (UnauthorizedError(token_sent=False), True, Drift.TOKEN),
        (NotGoEError("h", "a web page"), False, Drift.OTHER_DEVICE),
        (UnreachableError("h", "no"), True, Drift.HOST_GONE),
        (UnreachableError("h", "no"), False, None),
        (ApiLockedError(), True, None),
        (UnexpectedAnswerError("503"), True, None),
    ],
)
def test_not_seen(error: GoEError, connected: bool, drift: Drift | None) -> None:
    found = findings(expected(connected=connected), error)
    assert [finding.drift for finding in found] == ([drift] if drift else [])


async def test_on_a_charger(charger: GoE, client: GoEClient) -> None:
    charger.api.values |= {"ocppe": True, "ocppu": OURS}
    wanted = expected(own_url=OURS)
    assert findings(wanted, await client.status()) == ()
    charger.api.values["ocppe"] = False
    (finding,) = findings(wanted, await client.status())
    assert finding.drift is Drift.OCPP_OFF
    charger.api.values["hai"] = False
    with pytest.raises(ApiOffError) as raised:
        await client.status()
    (finding,) = findings(wanted, raised.value)
    assert finding.drift is Drift.API_OFF

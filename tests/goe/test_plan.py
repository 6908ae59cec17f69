"""What changes on a charger, in which order, and why."""

from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.ocpp_cs.goe.enums import Suitability
from custom_components.ocpp_cs.goe.model import GoEState
from custom_components.ocpp_cs.goe.plan import (
    Access,
    Away,
    Change,
    Hindrance,
    Plan,
    Reason,
    Wishes,
    make_plan,
    plan_repair,
)
from custom_components.ocpp_cs.goe.settings import SETTINGS

URL = "ws://192.168.1.2:9000/237512"
FACTORY: dict[str, Any] = {
    "sse": "237512",
    "typ": "go-eCharger_V4",
    "fwv": "59.4",
    "var": 11,
    "ocppe": False,
    "ocppu": "",
    "ocppd": "no-card",
    "ocppi": 60,
    "ocpph": 3600,
    "ocppf": None,
    "ocppio": False,
    "frc": 0,
    "lmo": 3,
    "fup": False,
    "awe": False,
    "psm": 0,
    "acs": 0,
    "acp": True,
    "amp": 16,
    "ama": 16,
    "loe": False,
    "sua": False,
    "dwo": None,
}


def state(**other: Any) -> GoEState:
    """Return a charger's; a value of ... leaves the key out."""
    values = {k: v for k, v in (FACTORY | other).items() if v is not ...}
    made = GoEState.read(values)
    assert made is not None
    return made


def wishes(**other: Any) -> Wishes:
    return Wishes(url=URL, **other)


def news(plan: Plan) -> dict[str, Any]:
    return {change.key: change.new for change in plan.changes}


def test_a_charger_as_it_leaves_the_factory() -> None:
    plan = make_plan(state(), wishes(sample_interval=10, heartbeat_interval=60))
    assert plan.changes == (
        Change(key="ocppd", old="no-card", new="HA-237512", reason=Reason.ID_TAG),
        Change(key="ocppi", old=60, new=10, reason=Reason.SAMPLE_INTERVAL),
        Change(key="ocpph", old=3600, new=60, reason=Reason.HEARTBEAT_INTERVAL),
        Change(key="ocppu", old="", new=URL, reason=Reason.ADDRESS),
        Change(key="ocppe", old=False, new=True, reason=Reason.ENABLE),
        Change(key="ocppf", old=None, new=6, reason=Reason.AWAY_SLOW),
    )
    assert plan.suitability is Suitability.GOOD
    assert (plan.replaces, plan.unreadable, plan.hindrances) == (None, (), ())
    assert plan.told_by_ocpp == {"ocppi": 60, "ocpph": 3600}
    assert [change.connects for change in plan.changes] == [True] * 5 + [False]


def test_what_keeps_ocpp_from_controlling() -> None:
    plan = make_plan(
        state(frc=1, lmo=4, fup=True, awe=True, psm=2, acs=2, acp=False, amp=6, ama=16),
        wishes(),
    )
    control = [change for change in plan.changes if not change.connects]
    assert [(c.key, c.old, c.new, c.reason) for c in control] == [
        ("ocppf", None, 6, "away_slow"),
        ("lmo", 4, 3, "logic_mode"),
        ("fup", True, False, "surplus"),
        ("awe", True, False, "tariff"),
        ("psm", 2, 0, "phases"),
        ("acp", False, True, "pause"),
        ("acs", 2, 0, "access_plug"),
        ("amp", 6, 16, "current"),
        # A car that was held back starts under the settings that count.
        ("frc", 1, 0, "force_state"),
    ]


def test_order() -> None:
    """OCPP comes on last, when it is known where to; what gives control comes after."""
    order = list(SETTINGS)
    assert order.index("ocppu") < order.index("ocppe") < order.index("ocppf")
    assert order[-1] == "frc"


@pytest.mark.parametrize(
    ("away", "before", "change"),
    [
        (Away.STOP, None, (0, Reason.AWAY_STOP)),
        (Away.STOP, 0, None),
        (Away.SLOW, None, (6, Reason.AWAY_SLOW)),
        (Away.SLOW, 6, None),
        (Away.GO_ON, None, None),
        (Away.GO_ON, 6, (None, Reason.AWAY_GO_ON)),
    ],
)
def test_while_we_are_away(
    away: Away, before: int | None, change: tuple[Any, Reason] | None
) -> None:
    plan = make_plan(state(ocppf=before), wishes(away=away))
    found = [(c.new, c.reason) for c in plan.changes if c.key == "ocppf"]
    assert found == ([change] if change else [])


@pytest.mark.parametrize(
    ("access", "before", "expected"),
    [(Access.PLUG, 1, 0), (Access.CARD, 0, 1), (Access.CARD, 1, ...)],
)
def test_who_may_charge(access: Access, before: int, expected: Any) -> None:
    plan = make_plan(state(acs=before), wishes(access=access))
    assert news(plan).get("acs", ...) == expected
    reasons = {c.reason for c in plan.changes if c.key == "acs"}
    assert reasons <= {f"access_{access}"}


@pytest.mark.parametrize(
    ("amp", "ama", "var", "wish", "expected"),
    [
        (16, 16, 11, None, ...),
        (10, 16, 11, None, 16),
        (10, 32, 22, None, 32),
        (10, 32, 11, None, 16),
        (32, 20, 22, None, 20),
        (16, 16, 11, 10, 10),
        (16, 16, 11, 32, ...),
        (16, 16, 11, 0, 6),
        (10, ..., 22, None, 32),
        (10, 0, ..., None, ...),
        (10, ..., ..., 16, ...),
    ],
)
def test_the_current_that_caps_every_limit(
    amp: int, ama: Any, var: Any, wish: int | None, expected: Any
) -> None:
    plan = make_plan(state(amp=amp, ama=ama, var=var), wishes(max_current=wish))
    assert news(plan).get("amp", ...) == expected


@pytest.mark.parametrize(
    ("tag", "expected"),
    [(None, "HA-237512"), ("GARAGE", "GARAGE"), ("x" * 30, "x" * 20), ("no-card", ...)],
)
def test_tag(tag: str | None, expected: Any) -> None:
    plan = make_plan(state(), wishes(id_tag=tag))
    assert news(plan).get("ocppd", ...) == expected


def test_nothing_to_do() -> None:
    ours = state(ocppu=URL, ocppe=True, ocppd="HA-237512", ocppf=6)
    assert make_plan(ours, wishes()).changes == ()
    assert plan_repair(ours, URL).changes == ()


def test_another_central_system_is_named() -> None:
    other = "ws://steve/237512"
    assert make_plan(state(ocppu=other, ocppe=True), wishes()).replaces == other
    assert make_plan(state(ocppu=other), wishes()).replaces is None
    assert make_plan(state(ocppu=URL, ocppe=True), wishes()).replaces is None
    assert make_plan(state(ocppe=True), wishes()).replaces is None


def test_repair() -> None:
    """It touches nothing but the way to us."""
    plan = plan_repair(state(ocppu="ws://old/1", lmo=4, frc=1), URL)
    assert news(plan) == {"ocppu": URL, "ocppe": True}
    assert plan.unreadable == ()


@pytest.mark.parametrize(
    ("firmware", "suitability"),
    [("053.3", Suitability.TOO_OLD), ("055.5", Suitability.OLD)],
)
def test_old_firmware(firmware: str, suitability: Suitability) -> None:
    plan = make_plan(state(fwv=firmware), wishes())
    assert plan.suitability is suitability
    assert bool(plan.changes) is suitability.usable


def test_what_is_not_told_is_left_alone() -> None:
    plan = make_plan(state(psm=..., fup=1, ocppf="6", acs=None), wishes())
    assert plan.unreadable == ("ocppf", "fup", "psm", "acs")
    assert not {"psm", "fup", "ocppf", "acs"} & news(plan).keys()
    without = make_plan(state(ocppu=...), wishes())
    assert (without.suitability, without.changes) == (Suitability.NO_OCPP, ())


@pytest.mark.parametrize(
    ("values", "hindrance"),
    [
        ({"sch_week": {"control": 2}}, Hindrance.SCHEDULER),
        ({"loe": True}, Hindrance.LOAD_BALANCING),
        ({"dwo": 5000.0}, Hindrance.ENERGY_LIMIT),
        ({"ocppio": True}, Hindrance.INOPERATIVE),
        ({"sua": True}, Hindrance.SIMULATED_UNPLUG),
    ],
)
def test_what_is_left_to_the_user(values: dict[str, Any], hindrance: Hindrance) -> None:
    assert make_plan(state(**values), wishes()).hindrances == (hindrance,)


OTHERS = {
    "frc": st.integers(0, 2),
    "lmo": st.integers(3, 5),
    "fup": st.booleans(),
    "awe": st.booleans(),
    "psm": st.integers(0, 2),
    "acs": st.integers(0, 2),
    "acp": st.booleans(),
    "amp": st.integers(6, 32),
    "ama": st.integers(6, 32),
    "ocppe": st.booleans(),
    "ocppu": st.sampled_from(["", URL, "ws://steve/1"]),
    "ocppf": st.none() | st.integers(0, 32),
}


@given(
    st.fixed_dictionaries(OTHERS),
    st.builds(
        Wishes,
        url=st.just(URL),
        access=st.sampled_from(Access),
        away=st.sampled_from(Away),
        max_current=st.none() | st.integers(0, 40),
    ),
)
def test_a_plan_carried_out_leaves_nothing_to_do(
    values: dict[str, Any], wanted: Wishes
) -> None:
    plan = make_plan(state(**values), wanted)
    after = state(**values | news(plan))
    assert make_plan(after, wanted).changes == ()
    assert news(plan).get("amp", 6) <= values["ama"]

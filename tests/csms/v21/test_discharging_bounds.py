"""A discharge is never beyond what is allowed and possible, whatever happens."""

import os
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given, settings, strategies as st

from custom_components.ocpp_cs.csms.discharging.bidirectional import (
    Bidirectional,
    Reach,
)
from custom_components.ocpp_cs.csms.limits.intent import Intent
from custom_components.ocpp_cs.csms.limits.profiles import Declared
from custom_components.ocpp_cs.csms.limits.sender import LimitSender
from custom_components.ocpp_cs.csms.model.profile import OperationMode
from custom_components.ocpp_cs.csms.model.quirks import Quirks
from custom_components.ocpp_cs.csms.outside.ceilings import Ceiling

POWERS = st.floats(-1e5, 1e5, allow_nan=False)
POSITIVE = st.floats(0, 1e5, allow_nan=False)
PHASES_V = 3 * 230.0
EVENTS = st.one_of(
    st.tuples(st.just("allowed"), st.booleans()),
    st.tuples(st.just("most_discharge_w"), st.none() | POSITIVE),
    st.tuples(st.just("mode"), st.sampled_from(OperationMode)),
    st.tuples(st.just("modes"), st.frozensets(st.sampled_from(OperationMode))),
    st.tuples(
        st.just("reach"),
        st.builds(Reach, charge_w=POSITIVE, discharge_w=POSITIVE),
    ),
    st.tuples(st.just("ceiling"), st.none() | st.floats(0, 80)),
    st.tuples(st.just("transaction"), st.booleans()),
    st.tuples(
        st.just("intent"),
        st.builds(
            Intent,
            limit_a=st.none() | st.floats(0, 80),
            paused=st.booleans(),
            setpoint_w=st.none() | POWERS,
        ),
    ),
)


@settings(max_examples=20_000 if os.environ.get("TEST_LONG") else 200, deadline=None)
@given(st.lists(EVENTS, max_size=20))
def test_no_discharge_beyond_what_is_allowed(events: list[tuple[str, Any]]) -> None:
    """Not without the switch, nor beyond car, owner, circuit or ceilings."""
    part, ceiling = Bidirectional(lambda: None), None
    connector = SimpleNamespace(
        number=1,
        bidirectional=part,
        transaction=cast("Any", None),
        measurements={},
        lines=3,
        needs=None,
        ceiling=lambda phases=None: None,
    )
    sender = LimitSender(
        cast("Any", connector),
        cast("Any", SimpleNamespace(quirks=Quirks(maximum_current=16.0), boots=0)),
        cast("Any", SimpleNamespace(declared=Declared(), keeps_fallback=False)),
        cast("Any", None),
    )
    # From all that is needed for it, so that most examples discharge.
    part.allowed, part.modes = True, frozenset(OperationMode)
    part.reach = Reach(charge_w=1e5, discharge_w=1e5)
    connector.transaction = SimpleNamespace(id="1")
    intent = Intent(setpoint_w=-1e5)
    for name, value in [("mode", part.mode), *events]:
        if name == "intent":
            intent = value
        elif name == "ceiling":
            ceiling = (
                None if value is None else Ceiling(amps=value, one_phase=False, by="x")
            )
            connector.ceiling = lambda phases=None, ceiling=ceiling: ceiling
        elif name == "transaction":
            connector.transaction = SimpleNamespace(id="1") if value else None
        else:
            setattr(part, name, value)
        target = sender.target(intent)
        if target is None or target.only_limits:
            continue
        assert part.allowed
        assert connector.transaction is not None
        assert not intent.paused
        wires = min(16.0, 80.0 if ceiling is None else ceiling.amps) * PHASES_V
        given_back = max(-(target.setpoint_w or 0.0), target.balances_w or 0.0)
        assert given_back <= min(wires, part.reach.discharge_w) + 1
        if part.most_discharge_w is not None:
            assert given_back <= part.most_discharge_w + 1
        taken = target.setpoint_w or 0.0
        assert taken <= min(wires, part.reach.charge_w) + 1
        if intent.limit_a is not None:
            assert taken <= intent.limit_a * PHASES_V + 1

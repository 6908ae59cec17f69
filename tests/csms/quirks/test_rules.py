"""Which rules are about whom, and what comes of them."""

from dataclasses import fields
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from custom_components.ocpp_cs.csms.model.model import Identity
from custom_components.ocpp_cs.csms.model.profile import Unit
from custom_components.ocpp_cs.csms.model.quirks import Overrides, Quirk, Quirks
from custom_components.ocpp_cs.csms.quirks.matching import firmware_version
from custom_components.ocpp_cs.csms.quirks.rules import RULES, makes_of, quirks_for
from custom_components.ocpp_cs.csms.schema.spelling import snake
from custom_components.ocpp_cs.csms.v16.configuration_keys import (
    DIFFERS,
    KeyQuirks,
    key_quirks,
)
from custom_components.ocpp_cs.csms.v16.version import load_schemas

NOTHING = Overrides()


def of(
    vendor: str, model: str = "", firmware: str | None = None, **overrides: Any
) -> Quirks:
    """Return the quirks of a charge point."""
    return quirks_for(
        Identity(vendor=vendor, model=model, firmware=firmware), Overrides(**overrides)
    )


def test_nothing_is_known_of_most() -> None:
    assert quirks_for(Identity(), NOTHING) == Quirks()
    assert of("Acme", "One", "1.0") == Quirks()
    assert Quirks().differences() == {}


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("055.5", (55, 5)),
        ("56.8", (56, 8)),
        ("56.11", (56, 11)),
        ("59.3-rc2", (59, 3)),
        ("60", (60,)),
        ("60.0", (60,)),
        ("4.3x.32R.16", (4, 3, 32, 16)),
        ("V1.8.32", (1, 8, 32)),
        ("beta", None),
        ("", None),
        (None, None),
    ],
)
def test_versions(text: str | None, version: tuple[int, ...] | None) -> None:
    assert firmware_version(text) == version


def test_versions_are_compared_as_numbers() -> None:
    texts = ["055.5", "56.2", "56.8", "56.11", "059.4", "60", "60.4", "60.10"]
    versions = [firmware_version(text) for text in texts]
    assert versions == sorted(versions, key=lambda version: version or ())


@pytest.mark.parametrize(
    ("vendor", "model", "firmware", "rules"),
    [
        ("go-e", "go-eCharger_V4", "60.5", ["go-e", "go-e, not Pro"]),
        ("go-e\0\0", " go-eCharger ", "60.5", ["go-e", "go-e, not Pro"]),
        ("go-e", "go-eCharger_Pro", "60.5", ["go-e"]),
        (
            "go-e",
            "go-eCharger_Pro",
            "60.4",
            ["go-e", "go-e before 60.5", "go-e Pro before 60.5"],
        ),
        (
            "go-e",
            "go-eCharger_V4",
            "60.4",
            ["go-e", "go-e, not Pro", "go-e before 60.5"],
        ),
        (
            "go-e",
            "go-eCharger_V4",
            "59.3-rc2",
            ["go-e", "go-e, not Pro", "go-e before 60.5", "go-e before 60.4"],
        ),
        (
            "go-e",
            "go-eCharger",
            "055.5",
            [
                "go-e",
                "go-e, not Pro",
                "go-e before 60.5",
                "go-e before 60.4",
                "go-e before 56",
                "go-e before 55.7",
                "go-e before 55.6",
            ],
        ),
        # Without a version no rule about versions applies.
        ("go-e", "go-eCharger", None, ["go-e", "go-e, not Pro"]),
        ("fronius", "wattpilot_V2", "40.7", ["Fronius Wattpilot"]),
        ("fronius", "Symo", "1.0", []),
        ("Bender GmbH Co. KG", "CC613", "5.33.5-21148", None),
        ("Ebee", "Berlin", "5.1", ["Bender CC612/CC613"]),
        ("Unknown", "ICC CC612 T2S", "5.1", ["Bender CC612/CC613 by its model"]),
        ("Webasto", "Live", "5.1", ["Bender CC612/CC613 of another brand"]),
        ("SMA", "EV Charger Business", "", ["Bender CC612/CC613 of another brand"]),
        (
            "MENNEKES",
            "AMTRON Professional",
            "5.1",
            ["Mennekes with Bender CC612/CC613"],
        ),
        ("MENNEKES", "AMTRON 4You 510", "1.5.22", ["Mennekes 4You and 4Business"]),
        ("MENNEKES", "ACU", "1.0", ["Mennekes ACU"]),
        ("Ecotap", "WG", "4.3x.32R.16", ["Ecotap EVC5"]),
        ("ECOTAP", "DUO2", "4.3x.32R.16", ["Ecotap EVC5"]),
        ("ABB", "TACW22", "V1.8.32", ["ABB Terra AC"]),
        ("Alfen BV", "NG910", "6.0", ["Alfen"]),
        ("Autel", "MaxiCharger", "1.51", ["Autel"]),
        ("Charge Amps AB", "Halo", "1", ["Charge Amps"]),
        ("Easee", "Charge", "1", ["Easee"]),
        ("EN+", "Caro", "1", ["EN+"]),
        ("EN PLUS", "Caro", "1", ["EN+"]),
        ("enercab", "One", "1", ["enercab"]),
        ("EV-BOX", "Elvi", "G4P0422", ["EVBox"]),
        ("Huawei", "SCharger", "1", ["Huawei"]),
        ("NEcharge", "11", "1", ["NEcharge"]),
        ("Wall Box Chargers", "PLP1", "5.17.87", ["Wallbox before 6"]),
        ("Wall Box Chargers", "CMX2-0-2-4", "6.7.25", ["Wallbox from 6"]),
        ("My wallbox", "One", "6.7.25", []),
        ("Zaptec", "Go", "1", []),
    ],
)
def test_whom_rules_are_about(
    vendor: str, model: str, firmware: str | None, rules: list[str] | None
) -> None:
    if rules is None:
        rules = ["Bender CC612/CC613", "Bender CC612/CC613 by its model"]
    assert list(of(vendor, model, firmware).rules) == rules


def test_every_rule_is_about_somebody() -> None:
    """Each name once; the cases above name each."""
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))
    cases = test_whom_rules_are_about.pytestmark[0].args[1]
    named = {name for case in cases for name in case[3] or ()}
    assert set(names) - named == {"go-e before 55"}
    assert "go-e before 55" in of("go-e", firmware="054.7").rules


def _fits(value: object, hint: Any) -> bool:
    hint = getattr(hint, "__value__", hint)
    match get_origin(hint):
        case None:
            return type(value) is hint
        case origin if origin is Literal:
            return value in get_args(hint)
        case origin if origin in (frozenset, tuple):
            (inner, *_) = get_args(hint)
            return isinstance(value, origin) and all(_fits(one, inner) for one in value)
        case _:
            assert type(hint) is Union
            return any(_fits(value, one) for one in get_args(hint))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rules_are_sound(rule: Any) -> None:
    """They name fields, with values of their types, of things that exist."""
    hints = get_type_hints(Quirks)
    for name, value in rule.differs.items():
        assert _fits(value, hints[name]), (name, value)
        assert value != getattr(Quirks(), name), name
    assert rule.differs or rule.name in DIFFERS
    actions = {snake(action) for action in load_schemas().actions}
    assert rule.differs.get("unsupported_actions", frozenset()) <= actions


@pytest.mark.parametrize("name", DIFFERS)
def test_keys_differ_for_rules_that_exist(name: str) -> None:
    assert name in {rule.name for rule in RULES}
    hints = get_type_hints(KeyQuirks)
    for field, value in DIFFERS[name].items():
        assert _fits(value, hints[field]), (name, value)
        assert value != getattr(KeyQuirks(), field), name
    assert key_quirks(("go-e", name)) == KeyQuirks(**DIFFERS[name])


def test_go_e_by_firmware() -> None:
    newest, old, oldest = (
        of("go-e", "go-eCharger_V4", firmware) for firmware in ("60.5", "59.4", "054.7")
    )
    for quirks in (newest, old, oldest):
        assert quirks.charging_rate_unit is Unit.AMPERE
        assert quirks.current_step == 1.0
        assert quirks.minimum_current == 6.0
        assert Quirk.LIMITS_LOST in quirks.expected
        assert not quirks.appends_id
        assert {"get_composite_schedule", "clear_cache"} <= quirks.unsupported_actions
    assert newest.remote_start_takes_profile
    assert not old.remote_start_takes_profile
    assert (newest.configuration_in_pieces, old.configuration_in_pieces) == (0, 1)
    assert (newest.temperature_in_thousandths, old.temperature_in_thousandths) == (0, 1)
    assert (old.switches_phases, oldest.switches_phases) == (None, False)
    assert (old.resend_after_pause, oldest.resend_after_pause) == (False, True)
    # Sets are united.
    assert oldest.expected == {
        Quirk.IDS_REPEAT,
        Quirk.LIMITS_LOST,
        Quirk.DIGIT_BOOLEANS,
        Quirk.STOP_MINUS_ONE,
    }


@pytest.mark.parametrize(
    ("identity", "differs"),
    [
        (("Huawei",), {"charging_rate_unit": "w", "switches_phases": True}),
        (("NEcharge",), {"currents": (6.0, 8.0, 10.0, 13.0, 16.0)}),
        (("ABB",), {"stack_level": 0}),
        (("Wall Box", "", "6.1"), {"profile_kind": "relative"}),
        (("Ecotap",), {"stack_level": 0, "most_keys": 50}),
        (("Bender",), {"switches_phases": False}),
        (("fronius", "wattpilot"), {"most_periods": 1, "current_step": 1.0}),
        (("Alfen",), {"switches_phases": True}),
        (("EVBox",), {"phase_rotation": "RST"}),
        (("Mennekes", "4Business"), {"answer_seconds": 90.0, "connect_seconds": 900}),
        (("Autel",), {"remote_start_needed": True}),
    ],
)
def test_what_smart_charging_needs(
    identity: tuple[str, ...], differs: dict[str, Any]
) -> None:
    told = of(*identity).differences()
    assert {name: told[name] for name in differs} == differs


@pytest.mark.parametrize(
    ("identity", "makes"),
    [
        (("go-e", "go-eCharger", "59.4"), ("go-e",)),
        (("go-e", "go-eCharger Pro", "60.1"), ("go-e",)),
        (("Wall Box", "Pulsar", "5.9"), ("Wallbox",)),
        (("Mennekes", "Amtron", "5"), ("Mennekes",)),
        (("Nobody", "Knows"), ()),
    ],
)
def test_a_make_is_named_once(
    identity: tuple[str, ...], makes: tuple[str, ...]
) -> None:
    found = makes_of(
        Identity(**dict(zip(("vendor", "model", "firmware"), identity, strict=False)))
    )
    assert found == makes


def test_the_owner_knows_better() -> None:
    wanted = {
        "charging_rate_unit": "w",
        "minimum_current": 8.0,
        "maximum_current": 20.0,
        "current_step": 0.5,
        "stack_level": 3,
        "profile_kind": "relative",
        "switches_phases": False,
        "configuration_in_pieces": False,
        "remote_start_takes_profile": True,
    }
    before = of("go-e", "go-eCharger", "59.4")
    quirks = of("go-e", "go-eCharger", "59.4", **wanted)
    assert {name: getattr(quirks, name) for name in wanted} == wanted
    assert quirks.unsupported_actions == before.unsupported_actions
    assert quirks.rules == before.rules

    quirks = of("Ecotap", try_everything=True)
    assert not quirks.unsupported_actions
    assert not quirks.unsupported_triggers
    assert quirks.stack_level == 0

    assert {one.name for one in fields(Overrides)} == {*wanted, "try_everything"}

"""Each error of the central system has a text that says what happened."""

from collections.abc import Iterator
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.model import errors
from custom_components.ocpp_cs.exceptions import (
    translate_errors,
    translated,
    translates_errors,
)


def undeclared(err: errors.CommandError) -> errors.CommandError:
    """Return an error of an action of a feature profile that is not declared."""
    err.set_undeclared("SmartCharging")
    return err


ERRORS = {
    "not_connected": (errors.NotConnectedError("CP1"), ["Garage"]),
    "connection_lost": (errors.ConnectionLostError("Reset"), ["Garage", "Reset"]),
    "call_timeout": (
        errors.CallTimeoutError("Reset", 30.0),
        ["Garage", "Reset", "30 seconds"],
    ),
    "call_error": (
        errors.CallErrorReceivedError("Reset", "InternalError", "no relay", {}),
        ["Garage", "Reset", "InternalError: no relay"],
    ),
    "payer_knows": (errors.PayerKnowsError("Fleet"), ["Garage", "Fleet"]),
    "not_supported": (
        errors.NotSupportedError("GetLog", "NotImplemented", "no log", {}),
        ["Garage", "GetLog", "NotImplemented: no log"],
    ),
    "known_unsupported": (
        errors.KnownUnsupportedError("ReserveNow", "ReserveNow", ("Ecotap EVC5",)),
        ["Garage", "ReserveNow", "Try everything"],
    ),
    "too_many_periods": (
        errors.TooManyPeriodsError("SetChargingProfile", 24, 1, ("Wattpilot",)),
        ["Garage", "24", "at most 1 periods"],
    ),
    "refused": (
        errors.RefusedError("UnlockConnector", "unlock_failed"),
        ["Garage", "UnlockConnector", "UnlockFailed"],
    ),
    **{
        f"{key}_{status}": (
            errors.RefusedError(action, status, errors.ErrorKey(f"{key}_{status}")),
            ["Garage", f"{action}: {said}.", words],
        )
        for key, action, status, said, words in (
            ("reserve_now", "ReserveNow", "faulted", "Faulted", "fault"),
            ("reserve_now", "ReserveNow", "occupied", "Occupied", "in use"),
            ("reserve_now", "ReserveNow", "rejected", "Rejected", "takes no"),
            ("reserve_now", "ReserveNow", "unavailable", "Unavailable", "service"),
            ("cancel_reservation", "CancelReservation", "rejected", "Rejected", "no"),
            ("send_local_list", "SendLocalList", "failed", "Failed", "take"),
            (
                "send_local_list",
                "SendLocalList",
                "not_supported",
                "NotSupported",
                "LocalAuthListEnabled",
            ),
            (
                "send_local_list",
                "SendLocalList",
                "version_mismatch",
                "VersionMismatch",
                "greater",
            ),
        )
    },
    "address_unknown": (
        errors.NotKnownError("ReserveNow", "10.0.0.9", is_another=False),
        ["Garage", "10.0.0.9", "ReserveNow", "Repairs"],
    ),
    "another_device": (
        errors.NotKnownError("ReserveNow", "10.0.0.9", is_another=True),
        ["Garage", "another device", "ReserveNow", "Repairs"],
    ),
    "no_local_list": (
        errors.NoLocalListError("GetLocalListVersion", "version -1"),
        ["Garage", "LocalAuthListEnabled"],
    ),
    "local_list_too_long": (
        errors.LocalListTooLongError("SendLocalList", 12, 10),
        ["Garage", "12", "10", "LocalAuthListMaxLength"],
    ),
    "invalid_answer": (
        errors.InvalidAnswerError("Reset", "status is missing"),
        ["Garage", "Reset"],
    ),
    "invalid_request": (
        errors.InvalidRequestError("Reset", "type", "too long"),
        ["Reset", "type: too long"],
    ),
    "no_transaction": (
        errors.NoTransactionError("RemoteStopTransaction", 0),
        ["Garage", "No session"],
    ),
    "several_transactions": (
        errors.NoTransactionError("RemoteStopTransaction", 2),
        ["Garage", "2 sessions", "connector_id", "transaction_id"],
    ),
    "session_runs": (
        errors.SessionRunsError("RemoteStartTransaction", "rejected"),
        ["Garage", "RemoteStartTransaction", "already"],
    ),
    "no_reservation": (
        errors.NoReservationError("CancelReservation", 0),
        ["Garage", "no reservation"],
    ),
    "several_reservations": (
        errors.NoReservationError("CancelReservation", 2),
        ["Garage", "2 reservations", "connector_id", "reservation_id"],
    ),
    "not_in_version": (
        errors.OtherVersionActionError("get_variables", "1.6"),
        ["Garage", "OCPP 1.6", "get_variables", "OCPP 2.0.1"],
    ),
    "transaction_of_other_version": (
        errors.ForeignTransactionError("RemoteStopTransaction", "T-1"),
        ["Garage", "`T-1`", "OCPP 1.6"],
    ),
    "unlock_session_runs": (
        errors.RefusedError(
            "UnlockConnector",
            "ongoing_authorized_transaction",
            errors.ErrorKey.UNLOCK_SESSION_RUNS,
        ),
        ["Garage", "OngoingAuthorizedTransaction", "stopped first"],
    ),
    "unlock_unknown_plug": (
        errors.RefusedError(
            "UnlockConnector",
            "unknown_connector",
            errors.ErrorKey.UNLOCK_UNKNOWN_PLUG,
            "NotFound",
            "Plug 3",
        ),
        ["Garage", "UnknownConnector (NotFound: Plug 3)", "no such plug"],
    ),
    "command_failed": (errors.CommandError("Reset", "odd"), ["Garage", "Reset: odd"]),
    **{
        f"invalid_{key}": (
            errors.InvalidRequestError("ChangeConfiguration", "value", problem),
            ["ChangeConfiguration", "value: ", words],
        )
        for key, problem, words in (
            ("read_only", errors.FieldProblem.READ_ONLY, "read-only"),
            ("integer", errors.FieldProblem.NOT_INTEGER, "whole number"),
            ("boolean", errors.FieldProblem.NOT_BOOLEAN, "true or false"),
            ("uri", errors.FieldProblem.NOT_URI, "whole address"),
        )
    },
    **{
        f"invalid_profile_{key}": (
            errors.InvalidRequestError("SetChargingProfile", "stack_level", problem),
            ["SetChargingProfile", "stack_level: ", words],
        )
        for key, problem, words in (
            (
                "connector",
                errors.FieldProblem.NO_CONNECTOR,
                "connector has to be given",
            ),
            ("level", errors.FieldProblem.LEVEL_TOO_HIGH, "stack level"),
            ("periods", errors.FieldProblem.DISORDERED, "begin at 0"),
            ("phase", errors.FieldProblem.NO_CHOICE_OF_PHASE, "does not let"),
            ("phases", errors.FieldProblem.NOT_ONE_PHASE, "number_phases"),
            ("purpose", errors.FieldProblem.FOREIGN_PURPOSE, "not allowed"),
            ("relative", errors.FieldProblem.WHOLE_IS_RELATIVE, "cannot be relative"),
            ("schedules", errors.FieldProblem.TOO_MANY_SCHEDULES, "one schedule"),
            ("start", errors.FieldProblem.NO_START, "start is missing"),
            (
                "start_of_relative",
                errors.FieldProblem.START_OF_RELATIVE,
                "has no start",
            ),
            ("taken", errors.FieldProblem.PLACE_TAKEN, "another profile"),
            ("transaction", errors.FieldProblem.NO_TRANSACTION, "no session runs"),
            (
                "transaction_of_start",
                errors.FieldProblem.TRANSACTION_OF_START,
                "must not be given",
            ),
            ("unit", errors.FieldProblem.OTHER_UNIT, "in this unit"),
            ("whole", errors.FieldProblem.NOT_WHOLE, "connector 0"),
            ("dynamic", errors.FieldProblem.NOT_ONE_PERIOD, "one period"),
            ("not_dynamic", errors.FieldProblem.NOT_DYNAMIC, "dynamic profile only"),
            ("unknown", errors.FieldProblem.NO_DYNAMIC_PROFILE, "with this id"),
            ("unsupported", errors.FieldProblem.UNSUPPORTED, "does not support"),
            ("discharges", errors.FieldProblem.DISCHARGES, "Discharging allowed"),
        )
    },
    "call_timeout_undeclared": (
        undeclared(errors.CallTimeoutError("SetChargingProfile", 30.0)),
        ["Garage", "SetChargingProfile", "30 seconds", "profile SmartCharging"],
    ),
    "not_supported_undeclared": (
        undeclared(
            errors.NotSupportedError("SetChargingProfile", "NotImplemented", "", {})
        ),
        ["Garage", "SetChargingProfile: NotImplemented", "profile SmartCharging"],
    ),
    "refused_undeclared": (
        undeclared(
            errors.RefusedError(
                "ReserveNow", "rejected", errors.ErrorKey.RESERVE_NOW_REJECTED
            )
        ),
        ["Garage", "ReserveNow: Rejected", "profile SmartCharging"],
    ),
}


def kinds(base: type[errors.CsmsError]) -> Iterator[type[errors.CsmsError]]:
    """Yield a kind of error and all those that are one."""
    yield base
    for kind in base.__subclasses__():
        yield from kinds(kind)


def test_no_error_is_forgotten() -> None:
    known = {type(err) for err, _ in ERRORS.values()}
    abstract = {errors.CsmsError, errors.RequestError}
    assert known == set(kinds(errors.CsmsError)) - abstract
    assert set(ERRORS) == set(errors.ErrorKey)


@pytest.mark.parametrize("language", ["en", "de"])
async def test_each_error_fills_the_placeholders_of_its_text(
    hass: HomeAssistant, language: str
) -> None:
    texts = await async_get_translations(hass, language, "exceptions", [DOMAIN])
    for key, (err, _) in ERRORS.items():
        shown = translated(err, "Garage")
        text = texts[f"component.{DOMAIN}.exceptions.{key}.message"]
        # KeyError names the placeholder that is missing.
        assert "{" not in text.format(**shown.translation_placeholders or {})


def test_an_action_that_is_known_not_to_be_supported_needs_no_profile() -> None:
    err = undeclared(errors.KnownUnsupportedError("ReserveNow", "meter_values", ()))
    assert err.key == "known_unsupported"
    assert err.placeholders["what"] == "ReserveNow (MeterValues)"
    assert (
        undeclared(errors.SessionRunsError("Reset", "rejected")).key == "session_runs"
    )


@pytest.mark.parametrize(("key", "case"), ERRORS.items(), ids=ERRORS.keys())
async def test_each_error_has_its_text(
    hass: HomeAssistant, key: str, case: tuple[errors.CsmsError, list[str]]
) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    err, words = case
    shown = translated(err, "Garage")
    assert (shown.translation_domain, shown.translation_key) == (DOMAIN, key)
    for word in words:
        assert word in str(shown)
    # Whether the user or the charger is to blame.
    assert isinstance(shown, ServiceValidationError) is (
        key
        in {
            "invalid_boolean",
            "invalid_integer",
            "invalid_read_only",
            "invalid_request",
            "invalid_uri",
            "no_reservation",
            "no_transaction",
            "not_in_version",
            "several_reservations",
            "several_transactions",
            "transaction_of_other_version",
        }
        or key.startswith("invalid_profile_")
    )


class Entity:
    """Something of a charger."""

    class charger:
        name = "Garage"

    @translates_errors
    async def act(self, err: Exception | None, *, answer: str) -> str:
        """Do as told."""
        if err is not None:
            raise err
        return answer


async def test_a_method_of_an_entity_raises_translated_errors() -> None:
    entity: Any = Entity()
    assert await entity.act(None, answer="yes") == "yes"
    with pytest.raises(HomeAssistantError) as err:
        await entity.act(errors.NotConnectedError("CP1"), answer="no")
    assert err.value.translation_placeholders == {"name": "Garage"}
    assert Entity.act.__name__ == "act"


def test_other_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError), translate_errors("Garage"):
        raise ZeroDivisionError

"""What the actions are: their fields, and what a connector is to them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from homeassistant.const import ATTR_DEVICE_ID

from ..charging.limits import PHASES, SET_CHARGE_LIMIT
from ..charging.schedules import SET_CHARGING_PROFILE, periods
from ..csms.model.tags import MAX_TAG_LENGTH
from .fields import (
    Choice,
    Field,
    an_object,
    an_object_with_uri,
    decimal,
    json_text,
    member,
    objects,
    one_device,
    text,
    texts,
    timestamp,
    transaction_id,
    uri,
    whole_number,
)
from .plans import FIELDS as PLAN_FIELDS, SET_CHARGE_PLAN

ATTR_CONNECTOR_ID = "connector_id"

_OF_A_CONNECTOR = frozenset({"meter_values", "status_notification"})
"""The messages that a connector sends; the others are the charger's own."""


class WithoutConnector(Enum):
    """What happens without a connector_id, when the device is not a connector."""

    LEAVE_OUT = auto()
    """The charger knows what to do."""
    ONLY = auto()
    """The only connector is told; with several, the charger knows what to do."""
    DEMAND = auto()
    """The only connector is told; with several, the user has to say which."""
    ONLY_OR_ALL = auto()
    """The only connector is told; with several, the charger as a whole."""
    ALL = auto()
    """The charger is told as a whole, which is OCPP's connector 0."""


_WHOLE = frozenset({WithoutConnector.ONLY_OR_ALL, WithoutConnector.ALL})


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """An action that is one command of the same name and with the same fields.

    `own_fields` are those besides device_id and connector_id. Without
    `without_connector` the command concerns no connector.
    """

    name: str
    own_fields: Mapping[str, Field] = field(default_factory=dict)
    without_connector: WithoutConnector | None = None
    concerns_connector: Callable[[Mapping[str, Any]], bool] = lambda values: True
    """Whether it is about a connector at all, given these values.

    If not, a connector's device means its charger.
    """
    may_be_whole: bool = False
    """Whether connector 0 can be named although it is not what is meant unsaid."""
    admin: bool = False
    """Whether it changes the charger for good, or brings out what it keeps."""

    @property
    def fields(self) -> dict[str, Field]:
        """All the fields."""
        fields = {ATTR_DEVICE_ID: Field(one_device, required=True)}
        if (without := self.without_connector) is not None:
            whole = self.may_be_whole or without in _WHOLE
            lowest = 0 if whole else 1
            fields[ATTR_CONNECTOR_ID] = Field(whole_number(lowest))
        return fields | dict(self.own_fields)


def _asks_of_a_connector(values: Mapping[str, Any]) -> bool:
    return values["requested_message"] in _OF_A_CONNECTOR


_ANY_NUMBER = whole_number(-(2**31))
_CERTIFICATE_TYPE = Choice(
    "central_system_root_certificate", "manufacturer_root_certificate"
)
_RETRIES = {
    "retries": Field(whole_number(0)),
    "retry_interval": Field(whole_number(0)),
}

ACTIONS = (
    Action(
        name="remote_start_transaction",
        without_connector=WithoutConnector.ONLY,
        own_fields={
            "id_tag": Field(text(MAX_TAG_LENGTH)),
            "charging_profile": Field(an_object),
        },
    ),
    Action(
        name="remote_stop_transaction",
        without_connector=WithoutConnector.LEAVE_OUT,
        # Some chargers number from 0, and the specification has -1 (errata 3.18).
        own_fields={"transaction_id": Field(transaction_id(-1))},
    ),
    Action(
        name="get_configuration",
        own_fields={"key": Field(texts(50))},
    ),
    Action(
        name="change_configuration",
        own_fields={
            "key": Field(text(50), required=True),
            "value": Field(text(500, minimum=0), required=True),
        },
        admin=True,
    ),
    Action(
        name="trigger_message",
        without_connector=WithoutConnector.LEAVE_OUT,
        concerns_connector=_asks_of_a_connector,
        own_fields={
            "requested_message": Field(
                Choice(
                    "boot_notification",
                    "diagnostics_status_notification",
                    "firmware_status_notification",
                    "heartbeat",
                    "meter_values",
                    "status_notification",
                ),
                required=True,
            )
        },
    ),
    Action(
        name="reset",
        own_fields={"type": Field(Choice("soft", "hard"), required=True)},
        admin=True,
    ),
    Action(
        name="change_availability",
        without_connector=WithoutConnector.ALL,
        own_fields={"type": Field(Choice("operative", "inoperative"), required=True)},
    ),
    Action(
        name="unlock_connector",
        without_connector=WithoutConnector.DEMAND,
    ),
    Action(
        name="clear_cache",
    ),
    Action(
        name="data_transfer",
        own_fields={
            "vendor_id": Field(text(255), required=True),
            "message_id": Field(text(50)),
            "data": Field(json_text),
        },
        admin=True,
    ),
    Action(
        name=SET_CHARGING_PROFILE,
        without_connector=WithoutConnector.ONLY_OR_ALL,
        # Errata 3.53: what the whole charger may draw, it may at connector 0.
        concerns_connector=lambda values: (
            member(values.get("charging_profile", {}), "charging_profile_purpose")
            != "charge_point_max_profile"
        ),
        # Either of the first two is required: see `schedules.py`.
        own_fields={
            "charging_profile": Field(an_object),
            "schedule": Field(periods),
            "charging_rate_unit": Field(Choice("a", "w")),
            "valid_from": Field(timestamp),
            "valid_to": Field(timestamp),
            "recurrence": Field(Choice("daily", "weekly")),
        },
    ),
    Action(
        name=SET_CHARGE_LIMIT,
        without_connector=WithoutConnector.DEMAND,
        own_fields={
            "limit_amps": Field(decimal(0)),
            "limit_watts": Field(decimal(0)),
            "phases": Field(Choice(*PHASES)),
        },
    ),
    Action(
        name=SET_CHARGE_PLAN,
        without_connector=WithoutConnector.DEMAND,
        own_fields=PLAN_FIELDS,
    ),
    Action(
        name="clear_charging_profile",
        without_connector=WithoutConnector.LEAVE_OUT,
        # Errata 3.25: an id alone decides.
        concerns_connector=lambda values: "id" not in values,
        may_be_whole=True,
        own_fields={
            "id": Field(_ANY_NUMBER),
            "charging_profile_purpose": Field(
                Choice("charge_point_max_profile", "tx_default_profile", "tx_profile")
            ),
            "stack_level": Field(whole_number(0)),
        },
    ),
    Action(
        name="get_composite_schedule",
        without_connector=WithoutConnector.ONLY_OR_ALL,
        own_fields={
            "duration": Field(whole_number(1), required=True),
            "charging_rate_unit": Field(Choice("a", "w")),
        },
    ),
    Action(
        name="get_local_list_version",
    ),
    Action(
        name="send_local_list",
        own_fields={
            # Errata 3.52: 0 says that there is no list.
            "list_version": Field(whole_number(1)),
            "update_type": Field(Choice("full", "differential")),
            "local_authorization_list": Field(objects),
        },
        admin=True,
    ),
    Action(
        name="reserve_now",
        without_connector=WithoutConnector.ONLY_OR_ALL,
        own_fields={
            "expiry_date": Field(timestamp, required=True),
            "id_tag": Field(text(MAX_TAG_LENGTH), required=True),
            "parent_id_tag": Field(text(MAX_TAG_LENGTH)),
            "reservation_id": Field(_ANY_NUMBER),
        },
    ),
    Action(
        name="cancel_reservation",
        without_connector=WithoutConnector.LEAVE_OUT,
        # An id alone decides.
        concerns_connector=lambda values: "reservation_id" not in values,
        may_be_whole=True,
        own_fields={"reservation_id": Field(_ANY_NUMBER)},
    ),
    Action(
        name="update_firmware",
        own_fields={
            "location": Field(uri, required=True),
            "retrieve_date": Field(timestamp),
            **_RETRIES,
        },
        admin=True,
    ),
    Action(
        name="get_diagnostics",
        own_fields={
            "location": Field(uri),
            "start_time": Field(timestamp),
            "stop_time": Field(timestamp),
            **_RETRIES,
        },
        admin=True,
    ),
    Action(
        name="extended_trigger_message",
        without_connector=WithoutConnector.LEAVE_OUT,
        concerns_connector=_asks_of_a_connector,
        own_fields={
            "requested_message": Field(
                Choice(
                    "boot_notification",
                    "firmware_status_notification",
                    "heartbeat",
                    "log_status_notification",
                    "meter_values",
                    "sign_charge_point_certificate",
                    "status_notification",
                ),
                required=True,
            )
        },
    ),
    Action(
        name="get_log",
        own_fields={
            "log_type": Field(Choice("diagnostics_log", "security_log"), required=True),
            "remote_location": Field(uri),
            "oldest_timestamp": Field(timestamp),
            "latest_timestamp": Field(timestamp),
            "log": Field(an_object_with_uri("log.remote_location")),
            "request_id": Field(_ANY_NUMBER),
            **_RETRIES,
        },
        admin=True,
    ),
    Action(
        name="signed_update_firmware",
        own_fields={
            "location": Field(uri),
            "retrieve_date_time": Field(timestamp),
            "install_date_time": Field(timestamp),
            "signing_certificate": Field(text(5500)),
            "signature": Field(text(800)),
            "firmware": Field(an_object_with_uri("firmware.location")),
            "request_id": Field(_ANY_NUMBER),
            **_RETRIES,
        },
        admin=True,
    ),
    Action(
        name="install_certificate",
        own_fields={
            "certificate_type": Field(_CERTIFICATE_TYPE, required=True),
            "certificate": Field(text(5500), required=True),
        },
        admin=True,
    ),
    Action(
        name="delete_certificate",
        own_fields={
            "hash_algorithm": Field(Choice("sha256", "sha384", "sha512")),
            "issuer_name_hash": Field(text(128)),
            "issuer_key_hash": Field(text(128)),
            "serial_number": Field(text(40)),
            "certificate_hash_data": Field(an_object),
        },
        admin=True,
    ),
    Action(
        name="get_installed_certificate_ids",
        own_fields={"certificate_type": Field(_CERTIFICATE_TYPE, required=True)},
    ),
    Action(
        name="certificate_signed",
        own_fields={"certificate_chain": Field(text(10000), required=True)},
        admin=True,
    ),
)

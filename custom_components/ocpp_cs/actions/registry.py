"""The table of actions.

The schemas, services.yaml, the icons and the tables of docs/actions.md are made from
it; run scripts/action_files.py after each change. Actions that are requests of OCPP are
run by the module of the charger's version (`csms/v16/actions.py`); a version without
the request reports an error.
"""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import ATTR_DEVICE_ID, WEEKDAYS
from homeassistant.core import SupportsResponse

from ..charging.limits import PHASE_OPTIONS
from ..csms.model.tags import MAX_TAG_LENGTH_21
from ..plans.model import MOST_KWH, MOST_PRICE
from ..sessions.export import CHANGES, REFUSED, STRUCK_OUT
from .action import Action
from .fields import (
    ANY_NUMBER,
    DEVICE,
    JSON,
    MOMENT,
    NAMES_OR_OBJECTS,
    NUMBERS,
    OBJECT,
    OBJECTS,
    TIMESTAMP,
    TRANSACTION_ID,
    TRUTH,
    URI,
    Field,
    amount,
    choice,
    choices,
    decimal,
    member,
    object_with_uri,
    text,
    texts,
    whole_number,
)
from .limits import set_charge_limit
from .of_2_1 import ACTIONS_OF_2_1, NEWEST, TOKEN_TYPES
from .plans import CLEARABLE, set_charge_plan
from .profiles import SCHEDULE, set_charging_profile
from .session_limits import CLEARABLE as CLEARABLE_LIMITS, set_session_limit
from .sessions import (
    FILE_NAME,
    correct_session,
    export_sessions,
    get_sessions,
    strike_out_session,
)
from .targets import ATTR_CONNECTOR_ID, OnCharger, WithoutConnector, run_transfer

_OF_A_CONNECTOR = frozenset(
    {"meter_values", "status_notification", "transaction_event"}
)
"""The messages that a connector sends; the others are the charger's own."""


def _asks_of_a_connector(values: Mapping[str, Any]) -> bool:
    return values["requested_message"] in _OF_A_CONNECTOR


_CHARGER = {ATTR_DEVICE_ID: Field(kind=DEVICE, required=True)}

_NUMBER = Field(kind=whole_number(1), example=1)
_NUMBER_OR_0 = Field(kind=whole_number(0), example=1)
_WHICH_NUMBER = Field(kind=ANY_NUMBER, example=1)

_LONGEST_NAME = 250
"""Of a variable of OCPP 2 with component, instances and connector."""
_LONGEST_VALUE = 2500

_RATE_UNIT = choice("charging_rate_unit", "a", "w")
_NEW = "2.0.1"
_NEW_CERTIFICATES = dict.fromkeys(
    ("mo_root_certificate", "v2g_root_certificate", "v2g_certificate_chain"), _NEW
) | {"oem_root_certificate": NEWEST}
_CERTIFICATE_TYPE = Field(
    kind=choice(
        "certificate_type",
        "central_system_root_certificate",
        "manufacturer_root_certificate",
        "mo_root_certificate",
        "v2g_root_certificate",
        "oem_root_certificate",
    ),
    required=True,
    note="the last three are of OCPP 2.0.1, the last one of 2.1",
    later=_NEW_CERTIFICATES,
)
_INSTALLED_TYPE = Field(
    kind=choice(
        "installed_certificate_type",
        "central_system_root_certificate",
        "manufacturer_root_certificate",
        "mo_root_certificate",
        "v2g_root_certificate",
        "v2g_certificate_chain",
        "oem_root_certificate",
    ),
    note=(
        "the last four are of OCPP 2.0.1, as is to leave it out: all of them;"
        " the last one is of 2.1"
    ),
    later=_NEW_CERTIFICATES,
)
_MULTILINE = {"multiline": True}
_PEM = "-----BEGIN CERTIFICATE----- ..."
_TAG = "04A1B2C3D4E5F6"
_WHEN = Field(kind=TIMESTAMP, example="2026-12-24 18:00:00")
_PLUG = Field(
    kind=whole_number(1), since=_NEW, note="of a connector that has several plugs"
)
_TOKEN_TYPE = Field(
    kind=TOKEN_TYPES,
    since=_NEW,
    note="the last three are of OCPP 2.1",
    later=dict.fromkeys(("direct_payment", "evccid", "vin"), NEWEST),
)
_COMPONENT_VARIABLE = Field(
    kind=OBJECTS,
    example=(
        '[{"component": {"name": "EVSE", "evse": {"id": 1}},'
        ' "variable": {"name": "AvailabilityState"}}]'
    ),
)
_TRANSACTION = "6f1c2a9e-0b7d-4a55-9e1f-2f6d1c0a7b42"
_PIECES = "`complete` is false if not all of the answer came in time"
_MESSAGE_PRIORITY = choice(
    "display_priority", "always_front", "in_front", "normal_cycle"
)
_MESSAGE_STATE = Field(
    kind=choice(
        "display_state",
        *("charging", "discharging", "faulted", "idle", "suspended", "unavailable"),
    ),
    note="shown in this state only; `discharging` and `suspended` are of OCPP 2.1",
    later={"discharging": NEWEST, "suspended": NEWEST},
)
_CHECKSUM = Field(
    kind=text(32),
    required=True,
    example="9e107d9d372bb6826bd81d3542a419d6",
    note="MD5",
)

_RETRIES = {
    "retries": Field(kind=whole_number(0), example=3),
    "retry_interval": Field(kind=whole_number(0, unit="s"), example=60),
}

_SESSIONS = {
    ATTR_DEVICE_ID: Field(kind=DEVICE, note="may be left out"),
    "start": Field(kind=TIMESTAMP, example="2026-11-01 00:00:00"),
    "end": Field(kind=TIMESTAMP, example="2026-12-01 00:00:00"),
    "id_tag": Field(kind=text(MAX_TAG_LENGTH_21), example=_TAG),
    "payer": Field(kind=text(_LONGEST_NAME, minimum=0), example="Employer"),
    "include": Field(kind=choices("include", REFUSED, STRUCK_OUT, CHANGES)),
}
"""Fields that filter sessions."""

_SESSION_TIME = Field(kind=TIMESTAMP, example="2026-11-01 18:30:00")
_SESSION = {
    "transaction_id": Field(kind=TRANSACTION_ID, required=True, example="1792584000"),
    ATTR_DEVICE_ID: Field(kind=DEVICE, note="may be left out"),
    "session_time": _SESSION_TIME,
}
"""Fields that select one session, to change it."""

_WATT_HOURS = Field(kind=decimal(0, selector=amount("Wh", min=0, step="any")))

_PERCENT = {
    "number": {"min": 0, "max": 100, "mode": "slider", "unit_of_measurement": "%"}
}

ACTIONS: tuple[Action, ...] = (
    Action(
        name="remote_start_transaction",
        icon="mdi:play-circle-outline",
        fields={
            **_CHARGER,
            ATTR_CONNECTOR_ID: _NUMBER,
            "id_tag": Field(
                kind=text(MAX_TAG_LENGTH_21),
                example=_TAG,
                note="the charger's setting when left out",
            ),
            "id_token_type": _TOKEN_TYPE,
            "charging_profile": Field(
                kind=OBJECT,
                example=(
                    '{"charging_profile_id": 1, "stack_level": 0,'
                    ' "charging_profile_purpose": "tx_profile",'
                    ' "charging_profile_kind": "relative", "charging_schedule":'
                    ' {"charging_rate_unit": "A", "charging_schedule_period":'
                    ' [{"start_period": 0, "limit": 10}]}}'
                ),
                note="a `tx_profile` without `transaction_id`",
            ),
        },
        handler=OnCharger(without_connector=WithoutConnector.ONLY),
    ),
    Action(
        name="remote_stop_transaction",
        icon="mdi:stop-circle-outline",
        fields={
            **_CHARGER,
            ATTR_CONNECTOR_ID: Field(kind=whole_number(1), example=1),
            "transaction_id": Field(
                kind=TRANSACTION_ID,
                example="1792584000",
                note="the running one when both are left out",
            ),
        },
        handler=OnCharger(without_connector=WithoutConnector.LEAVE_OUT),
    ),
    Action(
        name="get_configuration",
        icon="mdi:text-box-search-outline",
        fields={
            **_CHARGER,
            "key": Field(
                kind=texts(_LONGEST_NAME),
                example='["MeterValueSampleInterval", "HeartbeatInterval"]',
                note="one or several; all when left out",
            ),
        },
        handler=OnCharger(),
    ),
    Action(
        name="change_configuration",
        icon="mdi:text-box-edit-outline",
        fields={
            **_CHARGER,
            "key": Field(
                kind=text(_LONGEST_NAME),
                required=True,
                example="MeterValueSampleInterval",
                note="for OCPP 2 a variable: `TxCtrlr.EVConnectionTimeOut`",
            ),
            "value": Field(
                kind=text(_LONGEST_VALUE, minimum=0), required=True, example="30"
            ),
        },
        handler=OnCharger(),
        admin=True,
    ),
    Action(
        name="trigger_message",
        icon="mdi:message-question-outline",
        fields={
            **_CHARGER,
            "requested_message": Field(
                kind=choice(
                    "requested_message",
                    "boot_notification",
                    "diagnostics_status_notification",
                    "firmware_status_notification",
                    "heartbeat",
                    "meter_values",
                    "status_notification",
                    "log_status_notification",
                    "publish_firmware_status_notification",
                    "sign_charging_station_certificate",
                    "sign_combined_certificate",
                    "sign_v2g_certificate",
                    "transaction_event",
                    "sign_v2g20_certificate",
                    "custom_trigger",
                ),
                required=True,
                note=(
                    "those after `status_notification` are of OCPP 2.0.1,"
                    " the last two of 2.1"
                ),
                later=dict.fromkeys(
                    (
                        "log_status_notification",
                        "publish_firmware_status_notification",
                        "sign_charging_station_certificate",
                        "sign_combined_certificate",
                        "sign_v2g_certificate",
                        "transaction_event",
                    ),
                    _NEW,
                )
                | dict.fromkeys(("sign_v2g20_certificate", "custom_trigger"), NEWEST),
            ),
            ATTR_CONNECTOR_ID: _NUMBER,
            "custom_trigger": Field(
                kind=text(50),
                since=NEWEST,
                example="com.example.status",
                note="the name of a vendor's own message, with `custom_trigger`",
            ),
        },
        handler=OnCharger(
            without_connector=WithoutConnector.LEAVE_OUT,
            concerns_connector=_asks_of_a_connector,
        ),
    ),
    Action(
        name="reset",
        icon="mdi:restart",
        fields={
            **_CHARGER,
            "type": Field(
                kind=choice("reset_type", "soft", "hard", "resume"),
                required=True,
                default="soft",
                note="`resume` is of OCPP 2.1",
                later={"resume": NEWEST},
            ),
            ATTR_CONNECTOR_ID: Field(
                kind=whole_number(1),
                example=1,
                since=_NEW,
                note="the whole charger when left out",
            ),
        },
        handler=OnCharger(),
        admin=True,
    ),
    Action(
        name="change_availability",
        icon="mdi:power",
        fields={
            **_CHARGER,
            "type": Field(
                kind=choice("availability_type", "operative", "inoperative"),
                required=True,
            ),
            ATTR_CONNECTOR_ID: _NUMBER_OR_0,
            "plug": _PLUG,
        },
        handler=OnCharger(without_connector=WithoutConnector.ALL),
    ),
    Action(
        name="unlock_connector",
        icon="mdi:lock-open-variant-outline",
        fields={**_CHARGER, ATTR_CONNECTOR_ID: _NUMBER, "plug": _PLUG},
        handler=OnCharger(without_connector=WithoutConnector.DEMAND),
    ),
    Action(
        name="clear_cache",
        icon="mdi:broom",
        fields=_CHARGER,
        handler=OnCharger(),
    ),
    Action(
        name="data_transfer",
        icon="mdi:swap-horizontal",
        fields={
            **_CHARGER,
            "vendor_id": Field(kind=text(255), required=True, example="com.example"),
            "message_id": Field(kind=text(50), example="SetLight"),
            "data": Field(
                kind=JSON,
                example='{"brightness": 50}',
                note="a text, or an object, which OCPP 1.6 gets as JSON",
            ),
        },
        handler=OnCharger(),
        admin=True,
    ),
    Action(
        name="set_charging_profile",
        icon="mdi:chart-timeline-variant",
        fields={
            **_CHARGER,
            ATTR_CONNECTOR_ID: Field(
                kind=whole_number(0), example=1, note="0: the whole charger"
            ),
            # Exactly one of these two is required: see `profiles.py`.
            "charging_profile": Field(
                kind=OBJECT,
                example=(
                    '{"charging_profile_id": 1, "stack_level": 0,'
                    ' "charging_profile_purpose": "tx_default_profile",'
                    ' "charging_profile_kind": "absolute", "charging_schedule":'
                    ' {"charging_rate_unit": "A", "charging_schedule_period":'
                    ' [{"start_period": 0, "limit": 10}]}}'
                ),
                note=(
                    "a `tx_profile` without `transaction_id` is for the running session"
                ),
            ),
            "schedule": Field(
                kind=SCHEDULE,
                example=(
                    '[{"start": "22:00", "limit": 16}, {"start": "06:00", "limit": 0}]'
                ),
                note="in place of `charging_profile`, with the following",
            ),
            "charging_rate_unit": Field(kind=_RATE_UNIT),
            "recurrence": Field(kind=choice("recurrence", "daily", "weekly")),
            "valid_from": Field(kind=TIMESTAMP),
            "valid_to": Field(kind=TIMESTAMP),
        },
        handler=OnCharger(
            run=set_charging_profile,
            without_connector=WithoutConnector.ONLY_OR_ALL,
            # Errata 3.53: connector 0 is the limit of the whole charge point.
            concerns_connector=lambda values: (
                member(values.get("charging_profile", {}), "charging_profile_purpose")
                != "charge_point_max_profile"
            ),
        ),
        ordered=("valid_from", "valid_to"),
        remark="see [limits](limits.md)",
    ),
    Action(
        name="set_charge_limit",
        icon="mdi:speedometer",
        fields={
            **_CHARGER,
            ATTR_CONNECTOR_ID: _NUMBER,
            "limit_amps": Field(
                kind=decimal(0, selector=amount("A", min=0, max=80, step=0.1)),
                example=10,
            ),
            "limit_watts": Field(
                kind=decimal(0, selector=amount("W", min=0)),
                example=4200,
                note="in place of `limit_amps`",
            ),
            "phases": Field(kind=choice("phases", *PHASE_OPTIONS)),
        },
        handler=OnCharger(
            run=set_charge_limit, without_connector=WithoutConnector.DEMAND
        ),
        remark="answers `limit_amps`, what became of it: see [limits](limits.md)",
    ),
    Action(
        name="set_charge_plan",
        icon="mdi:calendar-clock",
        fields={
            **_CHARGER,
            ATTR_CONNECTOR_ID: _NUMBER,
            "energy_target": Field(
                kind=decimal(
                    0,
                    maximum=MOST_KWH,
                    selector=amount("kWh", min=0, max=MOST_KWH, step=0.5),
                ),
                example=20,
                note="in kWh",
            ),
            "soc_target": Field(
                kind=decimal(0, maximum=100, selector=_PERCENT),
                example=80,
                note="in %",
            ),
            "ready_by": Field(
                kind=MOMENT,
                example="07:00:00",
                note="a time of the day, or with its date",
            ),
            "weekdays": Field(
                kind=choices("weekdays", *WEEKDAYS),
                note="the plan repeats on these days",
            ),
            "least_soc": Field(
                kind=decimal(0, maximum=100, selector=_PERCENT),
                example=30,
                note="in %, at once whatever the price",
            ),
            "least_energy": Field(
                kind=decimal(
                    0,
                    maximum=MOST_KWH,
                    selector=amount("kWh", min=0, max=MOST_KWH, step=0.5),
                ),
                example=5,
                note="in kWh, while no state of charge is known",
            ),
            "below_price": Field(
                kind=decimal(
                    -MOST_PRICE,
                    maximum=MOST_PRICE,
                    selector={"number": {"step": "any", "mode": "box"}},
                ),
                example=0.1,
                note="of a kWh; needs no `ready_by`",
            ),
            "clear": Field(
                kind=choices("clear_plan", *CLEARABLE),
                note="what is no longer wanted",
            ),
            "armed": Field(kind=TRUTH, default=True, note="true when left out"),
        },
        handler=OnCharger(
            run=set_charge_plan, without_connector=WithoutConnector.DEMAND
        ),
        remark="answers the plan: see [ready in time](solar.md#ready-in-time)",
    ),
    Action(
        name="set_session_limit",
        icon="mdi:target",
        fields={
            **_CHARGER,
            ATTR_CONNECTOR_ID: _NUMBER,
            "energy": Field(
                kind=decimal(
                    0,
                    maximum=MOST_KWH,
                    selector=amount("kWh", min=0, max=MOST_KWH, step=0.1),
                ),
                example=5,
                note="in kWh",
            ),
            "soc": Field(
                kind=decimal(0, maximum=100, selector=_PERCENT), example=80, note="in %"
            ),
            "duration": Field(
                kind=decimal(
                    0,
                    maximum=100_000,
                    selector=amount("min", min=0, max=100_000, step=1),
                ),
                example=90,
                note="in minutes since the session began",
            ),
            "cost": Field(
                kind=decimal(
                    0,
                    maximum=MOST_PRICE,
                    selector={"number": {"min": 0, "step": "any", "mode": "box"}},
                ),
                example=4.5,
                note="needs a price",
            ),
            "clear": Field(
                kind=choices("clear_session_limit", *CLEARABLE_LIMITS),
                note="what is not limited any more",
            ),
        },
        handler=OnCharger(
            run=set_session_limit, without_connector=WithoutConnector.DEMAND
        ),
        since=NEWEST,
        remark="for the running session, or the next one: see [OCPP 2](ocpp-2.md)",
    ),
    Action(
        name="clear_charging_profile",
        icon="mdi:chart-timeline-variant-shimmer",
        fields={
            **_CHARGER,
            "id": _WHICH_NUMBER,
            ATTR_CONNECTOR_ID: _NUMBER_OR_0,
            "charging_profile_purpose": Field(
                kind=choice(
                    "charging_profile_purpose",
                    "charge_point_max_profile",
                    "tx_default_profile",
                    "tx_profile",
                    "local_generation",
                    "priority_charging",
                ),
                note="the last two are of OCPP 2.1",
                later=dict.fromkeys(("local_generation", "priority_charging"), NEWEST),
            ),
            "stack_level": Field(kind=whole_number(0), example=0),
        },
        handler=OnCharger(
            without_connector=WithoutConnector.LEAVE_OUT,
            # Errata 3.25: with an id, the other criteria are ignored.
            concerns_connector=lambda values: "id" not in values,
        ),
        remark="without any, all are removed",
    ),
    Action(
        name="get_composite_schedule",
        icon="mdi:chart-timeline",
        fields={
            **_CHARGER,
            ATTR_CONNECTOR_ID: Field(
                kind=whole_number(0), example=1, note="0: the whole charger"
            ),
            "duration": Field(
                kind=whole_number(1, unit="s"),
                required=True,
                example=86400,
                note="in seconds",
            ),
            "charging_rate_unit": Field(kind=_RATE_UNIT),
        },
        handler=OnCharger(without_connector=WithoutConnector.ONLY_OR_ALL),
    ),
    Action(
        name="get_local_list_version",
        icon="mdi:card-account-details-outline",
        fields=_CHARGER,
        handler=OnCharger(),
    ),
    Action(
        name="send_local_list",
        icon="mdi:card-account-details",
        fields={
            **_CHARGER,
            # Errata 3.52: version 0 means that there is no list.
            "list_version": Field(kind=whole_number(1), example=1),
            "update_type": Field(kind=choice("update_type", "full", "differential")),
            "local_authorization_list": Field(
                kind=OBJECTS,
                example=(
                    '[{"id_tag": "04A1B2C3", "id_tag_info": {"status": "accepted"}}]'
                ),
            ),
        },
        handler=OnCharger(),
        admin=True,
        remark="see [local list](#local-list)",
    ),
    Action(
        name="reserve_now",
        icon="mdi:calendar-lock",
        fields={
            **_CHARGER,
            ATTR_CONNECTOR_ID: Field(kind=whole_number(0), example=1, note="0: any"),
            "expiry_date": Field(
                kind=TIMESTAMP, required=True, example="2026-12-24 18:00:00"
            ),
            "id_tag": Field(kind=text(MAX_TAG_LENGTH_21), required=True, example=_TAG),
            "parent_id_tag": Field(kind=text(MAX_TAG_LENGTH_21)),
            "reservation_id": _WHICH_NUMBER,
            "id_token_type": _TOKEN_TYPE,
            "connector_type": Field(
                kind=text(20),
                example="sType2",
                since=_NEW,
                note="the plug that is needed, as OCPP spells it",
            ),
        },
        handler=OnCharger(without_connector=WithoutConnector.ONLY_OR_ALL),
        remark="see [reservations](#reservations)",
    ),
    Action(
        name="cancel_reservation",
        icon="mdi:calendar-remove",
        fields={
            **_CHARGER,
            ATTR_CONNECTOR_ID: _NUMBER_OR_0,
            "reservation_id": Field(
                kind=ANY_NUMBER, example=1, note="the only one when both are left out"
            ),
        },
        handler=OnCharger(
            without_connector=WithoutConnector.LEAVE_OUT,
            # The reservation id alone identifies it.
            concerns_connector=lambda values: "reservation_id" not in values,
        ),
    ),
    Action(
        name="update_firmware",
        icon="mdi:update",
        fields={
            **_CHARGER,
            "location": Field(
                kind=URI, required=True, example="https://example.com/firmware.bin"
            ),
            "retrieve_date": Field(
                kind=TIMESTAMP,
                example="2026-12-24 18:00:00",
                note="now when left out",
            ),
            **_RETRIES,
        },
        handler=OnCharger(run=run_transfer),
        admin=True,
    ),
    Action(
        name="get_diagnostics",
        icon="mdi:stethoscope",
        fields={
            **_CHARGER,
            "location": Field(
                kind=URI,
                example="ftp://user:password@192.168.0.2/diagnostics",
                note=(
                    "Home Assistant when left out, see"
                    " [below](#files-from-and-for-the-charger)"
                ),
            ),
            "start_time": _WHEN,
            "stop_time": _WHEN,
            **_RETRIES,
        },
        handler=OnCharger(run=run_transfer),
        ordered=("start_time", "stop_time"),
        admin=True,
    ),
    Action(
        name="extended_trigger_message",
        icon="mdi:message-cog-outline",
        fields={
            **_CHARGER,
            "requested_message": Field(
                kind=choice(
                    "extended_requested_message",
                    "boot_notification",
                    "firmware_status_notification",
                    "heartbeat",
                    "log_status_notification",
                    "meter_values",
                    "sign_charge_point_certificate",
                    "status_notification",
                ),
                required=True,
            ),
            ATTR_CONNECTOR_ID: _NUMBER,
        },
        handler=OnCharger(
            without_connector=WithoutConnector.LEAVE_OUT,
            concerns_connector=_asks_of_a_connector,
        ),
    ),
    Action(
        name="get_log",
        icon="mdi:math-log",
        fields={
            **_CHARGER,
            "log_type": Field(
                kind=choice(
                    "log_type", "diagnostics_log", "security_log", "data_collector_log"
                ),
                required=True,
                note="the last one is of OCPP 2.1",
                later={"data_collector_log": NEWEST},
            ),
            "remote_location": Field(
                kind=URI,
                example="ftp://user:password@192.168.0.2/logs",
                note="Home Assistant when left out",
            ),
            "oldest_timestamp": _WHEN,
            "latest_timestamp": _WHEN,
            "log": Field(
                kind=object_with_uri("log.remote_location"),
                example='{"remote_location": "ftp://192.168.0.2/logs"}',
                note="in place of the three before",
            ),
            "request_id": _WHICH_NUMBER,
            **_RETRIES,
        },
        handler=OnCharger(run=run_transfer),
        ordered=("oldest_timestamp", "latest_timestamp"),
        admin=True,
    ),
    Action(
        name="signed_update_firmware",
        icon="mdi:shield-sync-outline",
        fields={
            **_CHARGER,
            "location": Field(kind=URI, example="https://example.com/firmware.bin"),
            "retrieve_date_time": _WHEN,
            "install_date_time": _WHEN,
            "signing_certificate": Field(
                kind=text(5500, selector=_MULTILINE), example=_PEM
            ),
            "signature": Field(kind=text(800, selector=_MULTILINE)),
            "firmware": Field(
                kind=object_with_uri("firmware.location"),
                example=(
                    '{"location": "https://example.com/firmware.bin",'
                    ' "retrieve_date_time": "2026-12-24T18:00:00Z",'
                    ' "signing_certificate": "-----BEGIN CERTIFICATE----- ...",'
                    ' "signature": "MEUCIQ..."}'
                ),
                note="in place of the five before",
            ),
            "request_id": _WHICH_NUMBER,
            **_RETRIES,
        },
        handler=OnCharger(run=run_transfer),
        ordered=("retrieve_date_time", "install_date_time"),
        admin=True,
    ),
    Action(
        name="install_certificate",
        icon="mdi:certificate-outline",
        fields={
            **_CHARGER,
            "certificate_type": _CERTIFICATE_TYPE,
            "certificate": Field(
                kind=text(10000, selector=_MULTILINE), required=True, example=_PEM
            ),
        },
        handler=OnCharger(),
        admin=True,
    ),
    Action(
        name="delete_certificate",
        icon="mdi:delete-outline",
        fields={
            **_CHARGER,
            "hash_algorithm": Field(
                kind=choice("hash_algorithm", "sha256", "sha384", "sha512")
            ),
            "issuer_name_hash": Field(kind=text(128)),
            "issuer_key_hash": Field(kind=text(128)),
            "serial_number": Field(kind=text(40)),
            "certificate_hash_data": Field(
                kind=OBJECT,
                example=(
                    '{"hash_algorithm": "sha256", "issuer_name_hash": "0b2e...",'
                    ' "issuer_key_hash": "91f4...", "serial_number": "4a01"}'
                ),
                note="in place of the four before, as the list has it",
            ),
        },
        handler=OnCharger(),
        admin=True,
    ),
    Action(
        name="get_installed_certificate_ids",
        icon="mdi:format-list-bulleted-type",
        fields={**_CHARGER, "certificate_type": _INSTALLED_TYPE},
        handler=OnCharger(),
    ),
    Action(
        name="certificate_signed",
        icon="mdi:file-certificate-outline",
        fields={
            **_CHARGER,
            "certificate_chain": Field(
                kind=text(10000, selector=_MULTILINE), required=True, example=_PEM
            ),
        },
        handler=OnCharger(),
        admin=True,
    ),
    Action(
        name="get_variables",
        icon="mdi:variable",
        fields={
            **_CHARGER,
            "variables": Field(
                kind=texts(_LONGEST_NAME),
                example='["TxCtrlr.EVConnectionTimeOut", "EVSE/1.Power"]',
                note="their names",
            ),
            "get_variable_data": Field(
                kind=OBJECTS,
                example=(
                    '[{"component": {"name": "TxCtrlr"},'
                    ' "variable": {"name": "EVConnectionTimeOut"}}]'
                ),
                note="in place of `variables`, as OCPP has it",
            ),
        },
        handler=OnCharger(),
        since=_NEW,
    ),
    Action(
        name="set_variables",
        icon="mdi:variable-box",
        fields={
            **_CHARGER,
            "variables": Field(
                kind=OBJECT,
                example='{"TxCtrlr.EVConnectionTimeOut": "60"}',
                note="their names and values",
            ),
            "set_variable_data": Field(
                kind=OBJECTS,
                example=(
                    '[{"component": {"name": "TxCtrlr"},'
                    ' "variable": {"name": "EVConnectionTimeOut"},'
                    ' "attribute_value": "60"}]'
                ),
                note="in place of `variables`, as OCPP has it",
            ),
        },
        handler=OnCharger(),
        admin=True,
        since=_NEW,
    ),
    Action(
        name="get_base_report",
        icon="mdi:file-tree-outline",
        fields={
            **_CHARGER,
            "report_base": Field(
                kind=choice(
                    "report_base",
                    "configuration_inventory",
                    "full_inventory",
                    "summary_inventory",
                ),
                default="full_inventory",
            ),
        },
        handler=OnCharger(),
        remark=_PIECES,
        since=_NEW,
    ),
    Action(
        name="get_report",
        icon="mdi:file-search-outline",
        fields={
            **_CHARGER,
            "component_criteria": Field(
                kind=choices(
                    "component_criteria", "active", "available", "enabled", "problem"
                )
            ),
            "component_variable": Field(
                kind=NAMES_OR_OBJECTS,
                example='["TxCtrlr", "EVSE/1.Power"]',
                note="names of variables or components, or OCPP's objects",
            ),
        },
        handler=OnCharger(),
        remark=_PIECES,
        since=_NEW,
    ),
    Action(
        name="get_transaction_status",
        icon="mdi:progress-question",
        fields={
            **_CHARGER,
            "transaction_id": Field(kind=TRANSACTION_ID, example=_TRANSACTION),
        },
        handler=OnCharger(),
        since=_NEW,
    ),
    Action(
        name="cost_updated",
        icon="mdi:cash-sync",
        fields={
            **_CHARGER,
            "total_cost": Field(kind=decimal(0), required=True, example=4.2),
            "transaction_id": Field(
                kind=TRANSACTION_ID, required=True, example=_TRANSACTION
            ),
        },
        handler=OnCharger(),
        since=_NEW,
    ),
    Action(
        name="set_network_profile",
        icon="mdi:lan-connect",
        fields={
            **_CHARGER,
            "configuration_slot": Field(kind=whole_number(0), required=True, example=1),
            "ocpp_csms_url": Field(kind=text(512), example="wss://192.168.0.2:9001/"),
            "security_profile": Field(kind=whole_number(0), example=2),
            "ocpp_interface": Field(
                kind=choice(
                    "ocpp_interface",
                    "wired0",
                    "wired1",
                    "wired2",
                    "wired3",
                    "wireless0",
                    "wireless1",
                    "wireless2",
                    "wireless3",
                    "any",
                ),
                note="`any` is of OCPP 2.1",
                later={"any": NEWEST},
            ),
            "message_timeout": Field(kind=whole_number(1, unit="s"), example=30),
            "identity": Field(
                kind=text(48),
                since=NEWEST,
                example="GARAGE-1",
                note="what it logs in as",
            ),
            "basic_auth_password": Field(
                kind=text(64, selector={"type": "password"}), since=NEWEST
            ),
            "connection_data": Field(
                kind=OBJECT,
                note="in place of the six before",
                example=(
                    '{"ocpp_version": "ocpp20", "ocpp_transport": "json",'
                    ' "ocpp_csms_url": "wss://192.168.0.2:9001/",'
                    ' "message_timeout": 30, "security_profile": 2,'
                    ' "ocpp_interface": "wired0"}'
                ),
            ),
        },
        handler=OnCharger(),
        admin=True,
        since=_NEW,
    ),
    Action(
        name="customer_information",
        icon="mdi:account-search-outline",
        fields={
            **_CHARGER,
            "report": Field(kind=TRUTH, default=True, note="tell what is stored"),
            "clear": Field(kind=TRUTH, note="delete it"),
            "id_tag": Field(kind=text(MAX_TAG_LENGTH_21), example=_TAG),
            "id_token_type": _TOKEN_TYPE,
            "customer_identifier": Field(
                kind=text(64), note="in place of `id_tag`", example="4711"
            ),
            "customer_certificate": Field(
                kind=OBJECT, note="its hashes, in place of `id_tag`"
            ),
            "request_id": _WHICH_NUMBER,
        },
        handler=OnCharger(),
        admin=True,
        remark=f"a tag that is cleared goes from the local list; {_PIECES}",
        since=_NEW,
    ),
    Action(
        name="set_display_message",
        icon="mdi:message-text-outline",
        fields={
            **_CHARGER,
            "message": Field(
                kind=text(1024),
                required=True,
                note="up to 512 characters before OCPP 2.1",
                example="Welcome",
            ),
            "priority": Field(
                kind=_MESSAGE_PRIORITY, required=True, default="normal_cycle"
            ),
            "state": _MESSAGE_STATE,
            "start_date_time": _WHEN,
            "end_date_time": _WHEN,
            "transaction_id": Field(
                kind=TRANSACTION_ID,
                example=_TRANSACTION,
                note="shown until its end",
            ),
            "format": Field(
                kind=choice("display_format", "ascii", "html", "qrcode", "uri", "utf8"),
                note="UTF-8 when left out, or ASCII if the display knows no other; `qrcode` is of OCPP 2.1",
                later={"qrcode": NEWEST},
            ),
            "language": Field(kind=text(8), example="en"),
            "message_extra": Field(
                kind=OBJECTS,
                since=NEWEST,
                note="the same message in up to four other languages",
                example='[{"language": "de", "content": "Willkommen"}]',
            ),
            "display": Field(
                kind=OBJECT,
                example='{"name": "Display", "evse": {"id": 1}}',
                note="the component, if there are several",
            ),
            "id": _WHICH_NUMBER,
        },
        handler=OnCharger(),
        ordered=("start_date_time", "end_date_time"),
        remark="without an `id` the answer has a new one",
        since=_NEW,
    ),
    Action(
        name="get_display_messages",
        icon="mdi:message-bulleted",
        fields={
            **_CHARGER,
            "id": Field(kind=NUMBERS, example="[1, 2]"),
            "priority": Field(kind=_MESSAGE_PRIORITY),
            "state": _MESSAGE_STATE,
            "request_id": _WHICH_NUMBER,
        },
        handler=OnCharger(),
        remark=_PIECES,
        since=_NEW,
    ),
    Action(
        name="clear_display_message",
        icon="mdi:message-off-outline",
        fields={**_CHARGER, "id": Field(kind=ANY_NUMBER, required=True, example=1)},
        handler=OnCharger(),
        since=_NEW,
    ),
    Action(
        name="set_variable_monitoring",
        icon="mdi:monitor-eye",
        fields={
            **_CHARGER,
            "set_monitoring_data": Field(
                kind=OBJECTS,
                required=True,
                example=(
                    '[{"component": {"name": "ChargingStation"}, "variable":'
                    ' {"name": "Temperature"}, "type": "upper_threshold",'
                    ' "value": 70, "severity": 4}]'
                ),
            ),
        },
        handler=OnCharger(),
        admin=True,
        since=_NEW,
    ),
    Action(
        name="clear_variable_monitoring",
        icon="mdi:monitor-off",
        fields={
            **_CHARGER,
            "id": Field(kind=NUMBERS, required=True, example="[1, 2]"),
        },
        handler=OnCharger(),
        admin=True,
        since=_NEW,
    ),
    Action(
        name="set_monitoring_base",
        icon="mdi:monitor-dashboard",
        fields={
            **_CHARGER,
            "monitoring_base": Field(
                kind=choice(
                    "monitoring_base", "all", "factory_default", "hard_wired_only"
                ),
                required=True,
            ),
        },
        handler=OnCharger(),
        admin=True,
        since=_NEW,
    ),
    Action(
        name="set_monitoring_level",
        icon="mdi:alert-octagram-outline",
        fields={
            **_CHARGER,
            "severity": Field(
                kind=whole_number(0),
                required=True,
                example=4,
                note="0 (danger) to 9 (debug)",
            ),
        },
        handler=OnCharger(),
        admin=True,
        since=_NEW,
    ),
    Action(
        name="get_monitoring_report",
        icon="mdi:file-eye-outline",
        fields={
            **_CHARGER,
            "monitoring_criteria": Field(
                kind=choices(
                    "monitoring_criteria",
                    "threshold_monitoring",
                    "delta_monitoring",
                    "periodic_monitoring",
                )
            ),
            "component_variable": _COMPONENT_VARIABLE,
            "request_id": _WHICH_NUMBER,
        },
        handler=OnCharger(),
        remark=_PIECES,
        since=_NEW,
    ),
    Action(
        name="publish_firmware",
        icon="mdi:upload-network-outline",
        fields={
            **_CHARGER,
            "location": Field(
                kind=URI, required=True, example="https://example.com/firmware.bin"
            ),
            "checksum": _CHECKSUM,
            "request_id": _WHICH_NUMBER,
            **_RETRIES,
        },
        handler=OnCharger(),
        admin=True,
        since=_NEW,
    ),
    Action(
        name="unpublish_firmware",
        icon="mdi:download-off-outline",
        fields={**_CHARGER, "checksum": _CHECKSUM},
        handler=OnCharger(),
        admin=True,
        since=_NEW,
    ),
    Action(
        name="get_charging_profiles",
        icon="mdi:chart-box-outline",
        fields={
            **_CHARGER,
            ATTR_CONNECTOR_ID: Field(
                kind=whole_number(0), example=1, note="0: those of the whole charger"
            ),
            "charging_profile_id": Field(kind=NUMBERS, example="[1, 2]"),
            "charging_profile_purpose": Field(
                kind=choice(
                    "any_profile_purpose",
                    "charge_point_max_profile",
                    "tx_default_profile",
                    "tx_profile",
                    "charging_station_external_constraints",
                    "local_generation",
                    "priority_charging",
                ),
                note="the last two are of OCPP 2.1",
                later=dict.fromkeys(("local_generation", "priority_charging"), NEWEST),
            ),
            "stack_level": Field(kind=whole_number(0), example=0),
            "charging_limit_source": Field(
                kind=choices("charging_limit_source", "ems", "other", "so", "cso")
            ),
        },
        handler=OnCharger(
            without_connector=WithoutConnector.LEAVE_OUT,
        ),
        remark=_PIECES,
        since=_NEW,
    ),
    *ACTIONS_OF_2_1,
    Action(
        name="get_sessions",
        icon="mdi:notebook-outline",
        fields=_SESSIONS,
        handler=get_sessions,
        ordered=("start", "end"),
        response=SupportsResponse.ONLY,
        remark="see [sessions](sessions.md)",
    ),
    Action(
        name="export_sessions",
        icon="mdi:file-delimited-outline",
        fields={
            **_SESSIONS,
            "filename": Field(kind=FILE_NAME, example="sessions.csv"),
        },
        handler=export_sessions,
        ordered=("start", "end"),
        # It writes files, and makes links to them that work without a login.
        admin=True,
        remark="see [sessions](sessions.md)",
    ),
    Action(
        name="correct_session",
        icon="mdi:notebook-edit-outline",
        fields={
            **_SESSION,
            "id_tag": Field(kind=text(MAX_TAG_LENGTH_21, minimum=0), example=_TAG),
            "vehicle": Field(kind=text(64, minimum=0), example="guest"),
            "start": _SESSION_TIME,
            "end": _SESSION_TIME,
            "meter_start_wh": _WATT_HOURS,
            "meter_stop_wh": _WATT_HOURS,
            "energy_wh": _WATT_HOURS,
            "cost": Field(kind=decimal(0)),
        },
        handler=correct_session,
        admin=True,
        remark="see [corrections](sessions.md#corrections)",
    ),
    Action(
        name="strike_out_session",
        icon="mdi:notebook-remove-outline",
        fields={**_SESSION, "struck_out": Field(kind=TRUTH, default=True)},
        handler=strike_out_session,
        admin=True,
        remark="see [corrections](sessions.md#corrections)",
    ),
)

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
from ..csms.model.tags import MAX_TAG_LENGTH, MAX_TAG_LENGTH_201
from ..plans.model import MOST_KWH, MOST_PRICE
from ..sessions.export import CHANGES, REFUSED, STRUCK_OUT
from .action import Action
from .fields import (
    ANY_NUMBER,
    DEVICE,
    JSON_TEXT,
    MOMENT,
    OBJECT,
    OBJECTS,
    SESSION_ID,
    TIMESTAMP,
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
    transaction_id,
    whole_number,
)
from .limits import set_charge_limit
from .plans import CLEARABLE, set_charge_plan
from .profiles import SCHEDULE, set_charging_profile
from .sessions import (
    FILE_NAME,
    correct_session,
    export_sessions,
    get_sessions,
    strike_out_session,
)
from .targets import ATTR_CONNECTOR_ID, OnCharger, WithoutConnector, run_transfer

_OF_A_CONNECTOR = frozenset({"meter_values", "status_notification"})
"""The messages that a connector sends; the others are the charger's own."""


def _asks_of_a_connector(values: Mapping[str, Any]) -> bool:
    return values["requested_message"] in _OF_A_CONNECTOR


_CHARGER = {ATTR_DEVICE_ID: Field(kind=DEVICE, required=True)}

_NUMBER = Field(kind=whole_number(1), example=1)
_NUMBER_OR_0 = Field(kind=whole_number(0), example=1)
_WHICH_NUMBER = Field(kind=ANY_NUMBER, example=1)

_RATE_UNIT = choice("charging_rate_unit", "a", "w")
_CERTIFICATE_TYPE = Field(
    kind=choice(
        "certificate_type",
        "central_system_root_certificate",
        "manufacturer_root_certificate",
    ),
    required=True,
)
_MULTILINE = {"multiline": True}
_PEM = "-----BEGIN CERTIFICATE----- ..."
_TAG = "04A1B2C3D4E5F6"
_WHEN = Field(kind=TIMESTAMP, example="2026-12-24 18:00:00")
_RETRIES = {
    "retries": Field(kind=whole_number(0), example=3),
    "retry_interval": Field(kind=whole_number(0, unit="s"), example=60),
}

_SESSIONS = {
    ATTR_DEVICE_ID: Field(kind=DEVICE, note="may be left out"),
    "start": Field(kind=TIMESTAMP, example="2026-11-01 00:00:00"),
    "end": Field(kind=TIMESTAMP, example="2026-12-01 00:00:00"),
    "id_tag": Field(kind=text(MAX_TAG_LENGTH_201), example=_TAG),
    "include": Field(kind=choices("include", REFUSED, STRUCK_OUT, CHANGES)),
}
"""Fields that filter sessions."""

_SESSION_TIME = Field(kind=TIMESTAMP, example="2026-11-01 18:30:00")
_SESSION = {
    "transaction_id": Field(kind=SESSION_ID, required=True, example="1792584000"),
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
                kind=text(MAX_TAG_LENGTH),
                example=_TAG,
                note="the charger's setting when left out",
            ),
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
            # Some chargers number from 0, and the specification has -1 (errata 3.18).
            "transaction_id": Field(
                kind=transaction_id(-1), note="the running one when both are left out"
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
                kind=texts(50),
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
                kind=text(50), required=True, example="MeterValueSampleInterval"
            ),
            "value": Field(kind=text(500, minimum=0), required=True, example="30"),
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
        name="reset",
        icon="mdi:restart",
        fields={
            **_CHARGER,
            "type": Field(
                kind=choice("reset_type", "soft", "hard"), required=True, default="soft"
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
        },
        handler=OnCharger(without_connector=WithoutConnector.ALL),
    ),
    Action(
        name="unlock_connector",
        icon="mdi:lock-open-variant-outline",
        fields={**_CHARGER, ATTR_CONNECTOR_ID: _NUMBER},
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
                kind=JSON_TEXT,
                example='{"brightness": 50}',
                note="a text, or an object that becomes JSON",
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
                )
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
            "id_tag": Field(kind=text(MAX_TAG_LENGTH), required=True, example=_TAG),
            "parent_id_tag": Field(kind=text(MAX_TAG_LENGTH)),
            "reservation_id": _WHICH_NUMBER,
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
                kind=choice("log_type", "diagnostics_log", "security_log"),
                required=True,
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
                kind=text(5500, selector=_MULTILINE), required=True, example=_PEM
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
        fields={**_CHARGER, "certificate_type": _CERTIFICATE_TYPE},
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
            "id_tag": Field(kind=text(MAX_TAG_LENGTH_201, minimum=0), example=_TAG),
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

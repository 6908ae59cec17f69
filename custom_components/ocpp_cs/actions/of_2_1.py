"""The actions that OCPP 2.1 has, and no version before it.

Each is its message, field by field: what it means is up to whoever calls it.
"""

from typing import Final

from homeassistant.const import ATTR_DEVICE_ID

from ..csms.model.tags import MAX_TAG_LENGTH_21
from .action import Action
from .fields import (
    ANY_NUMBER,
    DEVICE,
    OBJECT,
    TIMESTAMP,
    TRANSACTION_ID,
    TRUTH,
    Field,
    choice,
    choices,
    text,
    texts,
    whole_number,
)
from .targets import ATTR_CONNECTOR_ID, OnCharger, WithoutConnector

NEWEST: Final = "2.1"

_CHARGER = {ATTR_DEVICE_ID: Field(kind=DEVICE, required=True)}
_TRANSACTION = Field(
    kind=TRANSACTION_ID,
    required=True,
    example="6f1c2a9e-0b7d-4a55-9e1f-2f6d1c0a7b42",
)
TOKEN_TYPES: Final = choice(
    "id_token_type",
    "central",
    "emaid",
    "iso14443",
    "iso15693",
    "key_code",
    "local",
    "mac_address",
    "direct_payment",
    "evccid",
    "vin",
)
"""The types of id tags that a user can name; some of them are of 2.1 only."""
_LONGEST_ID = 36
_CONTROL_TYPE = choice(
    "der_control_type",
    "enter_service",
    "fixed_pf_absorb",
    "fixed_pf_inject",
    "fixed_var",
    "freq_droop",
    "freq_watt",
    "gradients",
    "hf_may_trip",
    "hf_must_trip",
    "hv_may_trip",
    "hv_mom_cess",
    "hv_must_trip",
    "lf_must_trip",
    "limit_max_discharge",
    "lv_may_trip",
    "lv_mom_cess",
    "lv_must_trip",
    "power_monitoring_must_trip",
    "volt_var",
    "volt_watt",
    "watt_pf",
    "watt_var",
)
_CONTROL_ID = text(_LONGEST_ID)
_TARIFF = Field(
    kind=OBJECT,
    required=True,
    example=(
        '{"tariff_id": "home", "currency": "EUR",'
        ' "energy": {"prices": [{"price_kwh": 0.3}]}}'
    ),
    note="as OCPP has it",
)
_OF_ALL_OR_ONE = Field(kind=whole_number(0), example=1, note="0: all")

ACTIONS_OF_2_1: Final = (
    Action(
        name="use_priority_charging",
        icon="mdi:lightning-bolt",
        fields={
            **_CHARGER,
            "transaction_id": _TRANSACTION,
            "activate": Field(kind=TRUTH, required=True, default=True),
        },
        handler=OnCharger(),
        since=NEWEST,
    ),
    Action(
        name="update_dynamic_schedule",
        icon="mdi:chart-timeline-variant-shimmer",
        fields={
            **_CHARGER,
            "charging_profile_id": Field(kind=ANY_NUMBER, required=True, example=1),
            "schedule_update": Field(
                kind=OBJECT, required=True, example='{"limit": 10}'
            ),
        },
        handler=OnCharger(),
        remark="for a profile that you have set as `dynamic` yourself",
        since=NEWEST,
    ),
    Action(
        name="notify_allowed_energy_transfer",
        icon="mdi:home-lightning-bolt-outline",
        fields={
            **_CHARGER,
            "transaction_id": _TRANSACTION,
            "allowed_energy_transfer": Field(
                kind=choices(
                    "energy_transfer",
                    "ac_single_phase",
                    "ac_two_phase",
                    "ac_three_phase",
                    "dc",
                    "ac_bpt",
                    "ac_bpt_der",
                    "ac_der",
                    "dc_bpt",
                    "dc_acdp",
                    "dc_acdp_bpt",
                    "wpt",
                ),
                required=True,
            ),
        },
        handler=OnCharger(),
        admin=True,
        since=NEWEST,
    ),
    Action(
        name="set_default_tariff",
        icon="mdi:cash-plus",
        fields={**_CHARGER, ATTR_CONNECTOR_ID: _OF_ALL_OR_ONE, "tariff": _TARIFF},
        handler=OnCharger(without_connector=WithoutConnector.ALL),
        admin=True,
        since=NEWEST,
    ),
    Action(
        name="get_tariffs",
        icon="mdi:cash-multiple",
        fields={**_CHARGER, ATTR_CONNECTOR_ID: _OF_ALL_OR_ONE},
        handler=OnCharger(without_connector=WithoutConnector.ALL),
        since=NEWEST,
    ),
    Action(
        name="clear_tariffs",
        icon="mdi:cash-remove",
        fields={
            **_CHARGER,
            ATTR_CONNECTOR_ID: _OF_ALL_OR_ONE,
            "tariff_ids": Field(
                kind=texts(60), example='["home"]', note="all when left out"
            ),
        },
        handler=OnCharger(without_connector=WithoutConnector.LEAVE_OUT),
        admin=True,
        since=NEWEST,
    ),
    Action(
        name="change_transaction_tariff",
        icon="mdi:cash-edit",
        fields={**_CHARGER, "transaction_id": _TRANSACTION, "tariff": _TARIFF},
        handler=OnCharger(),
        admin=True,
        since=NEWEST,
    ),
    Action(
        name="get_periodic_event_stream",
        icon="mdi:view-list-outline",
        fields=_CHARGER,
        handler=OnCharger(),
        since=NEWEST,
    ),
    Action(
        name="adjust_periodic_event_stream",
        icon="mdi:playlist-edit",
        fields={
            **_CHARGER,
            "id": Field(kind=whole_number(0), required=True, example=1),
            "interval": Field(kind=whole_number(0, unit="s"), example=60),
            "values": Field(kind=whole_number(0), example=20),
        },
        handler=OnCharger(),
        admin=True,
        remark="one of `interval` and `values` is needed",
        since=NEWEST,
    ),
    Action(
        name="set_der_control",
        icon="mdi:transmission-tower-import",
        fields={
            **_CHARGER,
            "control_type": Field(kind=_CONTROL_TYPE, required=True),
            "is_default": Field(kind=TRUTH, required=True, default=True),
            "control_id": Field(
                kind=_CONTROL_ID, example="q-1", note="a new one when left out"
            ),
            "settings": Field(
                kind=OBJECT,
                required=True,
                example='{"fixed_var": {"priority": 1, "setpoint": 10, "unit": "PctMaxVar"}}',
                note="the member that belongs to the type, as OCPP has it",
            ),
        },
        handler=OnCharger(),
        admin=True,
        since=NEWEST,
    ),
    Action(
        name="get_der_control",
        icon="mdi:transmission-tower",
        fields={
            **_CHARGER,
            "control_type": Field(kind=_CONTROL_TYPE),
            "is_default": Field(kind=TRUTH),
            "control_id": Field(kind=_CONTROL_ID, example="q-1"),
        },
        handler=OnCharger(),
        remark="`complete` is false if not all of the answer came in time",
        since=NEWEST,
    ),
    Action(
        name="clear_der_control",
        icon="mdi:transmission-tower-off",
        fields={
            **_CHARGER,
            "is_default": Field(kind=TRUTH, required=True, default=False),
            "control_type": Field(kind=_CONTROL_TYPE),
            "control_id": Field(kind=_CONTROL_ID, example="q-1"),
        },
        handler=OnCharger(),
        admin=True,
        since=NEWEST,
    ),
    Action(
        name="afrr_signal",
        icon="mdi:sine-wave",
        fields={
            **_CHARGER,
            "signal": Field(kind=ANY_NUMBER, required=True, example=50),
            "timestamp": Field(kind=TIMESTAMP, note="now when left out"),
        },
        handler=OnCharger(),
        admin=True,
        since=NEWEST,
    ),
    Action(
        name="request_battery_swap",
        icon="mdi:battery-sync-outline",
        fields={
            **_CHARGER,
            "id_tag": Field(
                kind=text(MAX_TAG_LENGTH_21), required=True, example="04A1B2C3D4E5F6"
            ),
            "id_token_type": Field(kind=TOKEN_TYPES),
            "request_id": Field(kind=ANY_NUMBER, example=1),
        },
        handler=OnCharger(),
        since=NEWEST,
    ),
    Action(
        name="notify_web_payment_started",
        icon="mdi:qrcode",
        fields={
            **_CHARGER,
            ATTR_CONNECTOR_ID: Field(kind=whole_number(0), example=1, note="0: any"),
            "timeout": Field(
                kind=whole_number(0, unit="s"), required=True, example=120
            ),
        },
        handler=OnCharger(without_connector=WithoutConnector.ONLY_OR_ALL),
        since=NEWEST,
    ),
)
"""Those that need no more than their message."""

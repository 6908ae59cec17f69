"""Constants that the modules of the integration share."""

import logging
from typing import Final

DOMAIN: Final = "ocpp_cs"

LOGGER = logging.getLogger(__package__)

DEFAULT_HOST: Final = "0.0.0.0"
DEFAULT_PORT: Final = 9000

SUBENTRY_CHARGER: Final = "charger"
SUBENTRY_ID_TAG: Final = "id_tag"
SUBENTRY_VEHICLE: Final = "vehicle"
SUBENTRY_WEEKLY: Final = "weekly_plan"
SUBENTRY_UPSTREAM: Final = "upstream"

# Options of a server.
CONF_UNKNOWN: Final = "unknown"
CONF_STRICT_SUBPROTOCOL: Final = "strict_subprotocol"
CONF_SCAN_TAGS: Final = "scan_tags"
"""True if id tags are reported as scanned tags of Home Assistant."""

# Access control.
CONF_ALLOWED: Final = "allowed"
"""The addresses that may connect; servers from before this option admit all."""
CONF_ALLOWED_ADDRESSES: Final = "allowed_addresses"
CONF_PROXIES: Final = "proxies"
"""Reverse proxies that are trusted to forward the client's address."""
CONF_SECRET_ONLY: Final = "secret_only"

# Encryption: options of a server.
CONF_ENCRYPTION: Final = "encryption"
"""Contains the options below."""
CONF_TLS_ON: Final = "enabled"
CONF_TLS_PORT: Final = "port"
CONF_TLS_SOURCE: Final = "source"
CONF_TLS_CERTIFICATE: Final = "certificate"
CONF_TLS_KEY: Final = "key"
"""Paths of files, for `SOURCE_FILES`; uploaded ones are in the store."""
CONF_TLS_OLD: Final = "old_versions"
"""True if TLS 1.0 and 1.1 are allowed."""
CONF_TLS_TRUSTED: Final = "trusted"
"""PEM of further CAs whose certificates chargers may have."""
CONF_PASSWORD_OF_UNKNOWN: Final = "unknown_password"
"""True if chargers that are not added need a password as well."""

SOURCE_MADE: Final = "made"
SOURCE_HOME_ASSISTANT: Final = "home_assistant"
SOURCE_FILES: Final = "files"
SOURCE_UPLOAD: Final = "upload"

DEFAULT_TLS_PORT: Final = 9001

ALLOWED_LOCAL: Final = "local"
ALLOWED_LISTED: Final = "listed"
ALLOWED_ANY: Final = "any"

UNKNOWN_ASK: Final = "ask"
UNKNOWN_ADOPT: Final = "adopt"
UNKNOWN_REFUSE: Final = "refuse"

CONF_PRICES: Final = "prices"
CONF_SHOW_PRICES: Final = "show_prices"
"""Contains the options below, CONF_PRICE_ENTITIES and CONF_FEED_IN."""
CONF_PRICE: Final = "price"
"""The price of a kWh."""
CONF_PRICE_ENTITY: Final = "price_entity"
CONF_VAT: Final = "vat"
CONF_SURCHARGE: Final = "surcharge"
"""What is added to the prices of entities: VAT in %, then so much for a kWh."""
CONF_FEED_IN_ENTITY: Final = "feed_in_entity"
CONF_CURRENCY: Final = "currency"

# The tariff of an id tag or a vehicle, in the data of its subentry.
CONF_TARIFF: Final = "tariff"
# That of guests, among the prices of the server.
CONF_GUESTS: Final = "guests"

# Which id tags are accepted: option of a server and of a charger.
CONF_TAG_POLICY: Final = "tag_policy"

TAGS_AUTOMATIC: Final = "automatic"
TAGS_KNOWN: Final = "known"
TAGS_EVERY: Final = "every"
TAGS_AS_SERVER: Final = "server"
"""For chargers only: the policy of the server."""

# Identify a discovered charger.
CONF_ENTRY_ID: Final = "entry_id"

# Data of a charger's subentry: the identity that it reported ...
CONF_CHARGE_POINT_ID: Final = "charge_point_id"
CONF_PATH_SECRET: Final = "path_secret"
"""The path segment before the charge point id in the charger's address."""
CONF_CONNECTORS: Final = "connectors"
CONF_VENDOR: Final = "vendor"
CONF_MODEL: Final = "model"
CONF_SERIAL: Final = "serial"
CONF_FIRMWARE: Final = "firmware"
CONF_NAMED_BY_ID: Final = "named_by_id"
"""True if the title is the id for lack of a better name; a name replaces it."""

# ... of a charger with an HTTP API, besides CONF_HOST and CONF_TOKEN ...
CONF_BACKUP: Final = "backup"
"""Its settings before and after the setup: `goe.restore.Backup.as_dict()`."""
CONF_ADDRESS_CHOSEN: Final = "address_chosen"
"""True if the user chose the server's address, which must then not be updated."""

# ... and the settings that the user chose.
CONF_VERSION: Final = "version"
CONF_CALL_TIMEOUT: Final = "call_timeout"
CONF_HEARTBEAT_INTERVAL: Final = "heartbeat_interval"
CONF_SAMPLE_INTERVAL: Final = "sample_interval"
CONF_PING_INTERVAL: Final = "ping_interval"
CONF_ID_TAG: Final = "id_tag"

CONF_START_SESSIONS: Final = "start_sessions"
"""The setting for session starts when the charge mode or the plan wants to charge."""
START_AUTOMATIC: Final = "automatic"
START_ALWAYS: Final = "always"
START_NEVER: Final = "never"

CONF_KEEP_LOCAL_LIST: Final = "keep_local_list"
CONF_OVERRIDES: Final = "overrides"
"""Settings of the user that take precedence over the rules in csms/quirks.py."""

# Data of a tag's subentry, besides CONF_ID_TAG.
CONF_VALID_UNTIL: Final = "valid_until"
CONF_PARENT_ID_TAG: Final = "parent_id_tag"
CONF_CHARGERS: Final = "chargers"
CONF_MAX_SESSIONS: Final = "max_sessions"
CONF_BLOCKED: Final = "blocked"

# Options of a server: solar charging.
CONF_SOLAR: Final = "solar"
"""Contains the options below."""
CONF_GRID_POWER: Final = "grid_power"
"""Signed grid power; import only if CONF_EXPORT_POWER is set."""
CONF_EXPORT_POWER: Final = "export_power"
CONF_GRID_SIGN: Final = "grid_sign"
CONF_CURRENTS: Final = ("grid_current_l1", "grid_current_l2", "grid_current_l3")
CONF_PHASE_POWERS: Final = ("grid_power_l1", "grid_power_l2", "grid_power_l3")
"""Signed powers of the phases, instead of CONF_CURRENTS."""
CONF_PV_POWER: Final = "pv_power"
CONF_FUSE: Final = "fuse"
CONF_RESERVE: Final = "reserve"
CONF_START_DELAY: Final = "start_delay"
CONF_STOP_DELAY: Final = "stop_delay"
CONF_SWITCHING: Final = "switching"
"""One of `smart_charging.model.Switching`; options from before it mean fixed delays."""
CONF_PAUSE_TIME: Final = "pause_time"
CONF_CHARGE_TIME: Final = "charge_time"
"""The least time of a pause, and of charging."""
CONF_PHASE_UP_DELAY: Final = "phase_up_delay"
CONF_PHASE_DOWN_DELAY: Final = "phase_down_delay"
CONF_START_POWER: Final = "start_power"
CONF_STOP_POWER: Final = "stop_power"
CONF_CHANGES: Final = "changes_per_hour"
CONF_GAP: Final = "gap"
"""The time to go on with the least current after the meter became silent."""
CONF_CIRCUITS: Final = "circuits"
"""A list of circuits below the main fuse, each with the options below."""
CONF_CIRCUIT_ID: Final = "id"
CONF_CIRCUIT_NAME: Final = "name"
CONF_CIRCUIT_LIMIT: Final = "limit"
CONF_CIRCUIT_PARENT: Final = "parent"
CONF_CIRCUIT_POWER: Final = "power"
"""Its own meter: a power, or the currents `CONF_CURRENTS`."""
CONF_CEILINGS: Final = "ceilings"
"""A list of limits from outside, each with the options below."""
CONF_CEILING_ID: Final = "id"
CONF_CEILING_ENTITY: Final = "entity"
CONF_CEILING_POWER: Final = "power"
"""In W, for an entity that is on or off."""
CONF_CEILING_CIRCUIT: Final = "circuit"
CONF_CEILING_SCOPE: Final = "scope"
CONF_CEILING_PV: Final = "counts_pv"
CONF_PEAK: Final = "peak"
"""The maximum mean of a quarter of an hour, in W."""
CONF_HOLDING: Final = "hold_battery"
CONF_CAR_FIRST: Final = "car_before_battery"
CONF_HOLD_SOC: Final = "hold_soc"
CONF_HOLD_PRICE: Final = "hold_price"
CONF_FEED_IN: Final = "feed_in"
CONF_DISCHARGED: Final = "discharged"
"""What a kWh that is fed in earns."""
CONF_BATTERY_POWER: Final = "battery_power"
CONF_BATTERY_SIGN: Final = "battery_sign"
CONF_BATTERY_SOC: Final = "battery_soc"
CONF_PRIORITY_SOC: Final = "priority_soc"
CONF_BUFFER_SOC: Final = "buffer_soc"
CONF_BUFFER_START_SOC: Final = "buffer_start_soc"
CONF_PRICE_ENTITIES: Final = "price_entities"
"""Entities with the prices of the coming hours."""
CONF_FORECAST: Final = "forecast"
CONF_BASE_LOAD: Final = "base_load"
"""The share of the solar forecast that the house consumes, in W."""

SIGN_IMPORT: Final = "import"
SIGN_EXPORT: Final = "export"
SIGN_CHARGING: Final = "charging"
SIGN_DISCHARGING: Final = "discharging"

# Data of a charger's subentry, within CONF_SOLAR.
CONF_CIRCUIT: Final = "circuit"
CONF_PRIORITY: Final = "priority"
CONF_DISCHARGE_LEVEL: Final = "discharge_level"
CONF_DISCHARGE_WEAR: Final = "discharge_wear"
CONF_ROTATION: Final = "rotation"
CONF_CONNECTED_PHASES: Final = "connected_phases"
CONF_FALLBACK: Final = "fallback"
"""What the charger does by itself without us: `FALLBACK_AUTOMATIC` and so on."""
CONF_VEHICLE_SOC: Final = "vehicle_soc"
CONF_VEHICLE_TARGET: Final = "vehicle_target"
CONF_CAPACITY: Final = "capacity"
"""The capacity of the vehicle's battery, in kWh."""

FALLBACK_AUTOMATIC: Final = "automatic"
"""Its safe share of a shared fuse; without one, the least current where nothing has to
be renewed for that (2.1). Not where each limit is written to memory that wears out."""
FALLBACK_ALWAYS: Final = "always"
FALLBACK_LEAST: Final = "least"
"""The least current; not more than the safe share of a shared fuse."""
FALLBACK_STOP: Final = "stop"
FALLBACK_NEVER: Final = "never"

PHASES_AUTOMATIC: Final = "automatic"

ROTATIONS: Final = {
    "l1_l2_l3": (0, 1, 2),
    "l2_l3_l1": (1, 2, 0),
    "l3_l1_l2": (2, 0, 1),
    "l1_l3_l2": (0, 2, 1),
    "l2_l1_l3": (1, 0, 2),
    "l3_l2_l1": (2, 1, 0),
}
"""The phase of the house that each phase of a charger is connected to; 0 is L1."""

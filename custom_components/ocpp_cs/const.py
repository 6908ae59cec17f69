"""Names that the parts of the integration share."""

import logging
from typing import Final

DOMAIN: Final = "ocpp_cs"

LOGGER = logging.getLogger(__package__)

DEFAULT_HOST: Final = "0.0.0.0"
DEFAULT_PORT: Final = 9000

SUBENTRY_CHARGER: Final = "charger"
SUBENTRY_ID_TAG: Final = "id_tag"

# Options of a server.
CONF_UNKNOWN: Final = "unknown"
CONF_STRICT_SUBPROTOCOL: Final = "strict_subprotocol"
CONF_SCAN_TAGS: Final = "scan_tags"
"""Whether cards are scanned tags of Home Assistant."""

# Who may connect.
CONF_ALLOWED: Final = "allowed"
"""Which addresses; servers from before that was asked let every one in."""
CONF_ALLOWED_ADDRESSES: Final = "allowed_addresses"
CONF_PROXIES: Final = "proxies"
"""Those that are believed to say for whom they connect."""
CONF_SECRET_ONLY: Final = "secret_only"

ALLOWED_LOCAL: Final = "local"
ALLOWED_LISTED: Final = "listed"
ALLOWED_ANY: Final = "any"

UNKNOWN_ASK: Final = "ask"
UNKNOWN_ADOPT: Final = "adopt"
UNKNOWN_REFUSE: Final = "refuse"

CONF_PRICE: Final = "price"
"""Of a kWh, in Home Assistant's currency."""
CONF_PRICE_ENTITY: Final = "price_entity"

# Which tags may charge: of a server, and of a charger.
CONF_TAG_POLICY: Final = "tag_policy"

TAGS_AUTOMATIC: Final = "automatic"
TAGS_KNOWN: Final = "known"
TAGS_EVERY: Final = "every"
TAGS_AS_SERVER: Final = "server"
"""Of a charger only: what its server does."""

# What a discovered charger is known by.
CONF_ENTRY_ID: Final = "entry_id"

# Data of a charger's subentry: what it is called by itself ...
CONF_CHARGE_POINT_ID: Final = "charge_point_id"
CONF_PATH_SECRET: Final = "path_secret"
"""What stands before that in the address that it is given."""
CONF_CONNECTORS: Final = "connectors"
CONF_VENDOR: Final = "vendor"
CONF_MODEL: Final = "model"
CONF_SERIAL: Final = "serial"
CONF_FIRMWARE: Final = "firmware"
CONF_NAMED_BY_ID: Final = "named_by_id"
"""Its title is the id for want of anything better, and gives way to a name."""

# ... of one that has an HTTP API: besides CONF_HOST and CONF_TOKEN ...
CONF_BACKUP: Final = "backup"
"""What its settings were before, and became: `goe.restore.Backup.as_dict()`."""
CONF_ADDRESS_CHOSEN: Final = "address_chosen"
"""The user has chosen the address of the server, which is not ours to follow."""

# ... and what the user wants of it.
CONF_CALL_TIMEOUT: Final = "call_timeout"
CONF_HEARTBEAT_INTERVAL: Final = "heartbeat_interval"
CONF_SAMPLE_INTERVAL: Final = "sample_interval"
CONF_PING_INTERVAL: Final = "ping_interval"
CONF_ID_TAG: Final = "id_tag"

CONF_START_SESSIONS: Final = "start_sessions"
"""Whether a session is started when the charge mode or the plan wants to charge."""
START_AUTOMATIC: Final = "automatic"
START_ALWAYS: Final = "always"
START_NEVER: Final = "never"

CONF_KEEP_LOCAL_LIST: Final = "keep_local_list"
CONF_OVERRIDES: Final = "overrides"
"""Where the user knows better than csms/quirks.py: what of it, and what else."""

# Data of a tag's subentry, besides CONF_ID_TAG.
CONF_VALID_UNTIL: Final = "valid_until"
CONF_PARENT_ID_TAG: Final = "parent_id_tag"
CONF_CHARGERS: Final = "chargers"
CONF_MAX_SESSIONS: Final = "max_sessions"
CONF_BLOCKED: Final = "blocked"

# Options of a server: charging from the sun.
CONF_SOLAR: Final = "solar"
"""Holds what follows."""
CONF_GRID_POWER: Final = "grid_power"
"""With a sign; or what is imported, if there is the next one."""
CONF_EXPORT_POWER: Final = "export_power"
CONF_GRID_SIGN: Final = "grid_sign"
CONF_CURRENTS: Final = ("grid_current_l1", "grid_current_l2", "grid_current_l3")
CONF_FUSE: Final = "fuse"
CONF_RESERVE: Final = "reserve"
CONF_START_DELAY: Final = "start_delay"
CONF_STOP_DELAY: Final = "stop_delay"
CONF_BATTERY_POWER: Final = "battery_power"
CONF_BATTERY_SIGN: Final = "battery_sign"
CONF_BATTERY_SOC: Final = "battery_soc"
CONF_PRIORITY_SOC: Final = "priority_soc"
CONF_BUFFER_SOC: Final = "buffer_soc"
CONF_BUFFER_START_SOC: Final = "buffer_start_soc"
CONF_PRICE_ENTITIES: Final = "price_entities"
"""Which tell the prices of the hours to come."""
CONF_FORECAST: Final = "forecast"
CONF_BASE_LOAD: Final = "base_load"
"""What the house takes of the sun that is forecast, in W."""

SIGN_IMPORT: Final = "import"
SIGN_EXPORT: Final = "export"
SIGN_CHARGING: Final = "charging"
SIGN_DISCHARGING: Final = "discharging"

# Data of a charger's subentry, within CONF_SOLAR.
CONF_PRIORITY: Final = "priority"
CONF_ROTATION: Final = "rotation"
CONF_CONNECTED_PHASES: Final = "connected_phases"
CONF_VEHICLE_SOC: Final = "vehicle_soc"
CONF_VEHICLE_TARGET: Final = "vehicle_target"
CONF_CAPACITY: Final = "capacity"
"""Of the vehicle's battery, in kWh."""

PHASES_AUTOMATIC: Final = "automatic"

ROTATIONS: Final = {
    "l1_l2_l3": (0, 1, 2),
    "l2_l3_l1": (1, 2, 0),
    "l3_l1_l2": (2, 0, 1),
    "l1_l3_l2": (0, 2, 1),
    "l2_l1_l3": (1, 0, 2),
    "l3_l2_l1": (2, 1, 0),
}
"""The phase of the house behind each of a charger's own, 0 for L1."""

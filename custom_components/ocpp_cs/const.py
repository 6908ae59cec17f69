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

CONF_KEEP_LOCAL_LIST: Final = "keep_local_list"
CONF_OVERRIDES: Final = "overrides"
"""Where the user knows better than csms/quirks.py: what of it, and what else."""

# Data of a tag's subentry, besides CONF_ID_TAG.
CONF_VALID_UNTIL: Final = "valid_until"
CONF_PARENT_ID_TAG: Final = "parent_id_tag"
CONF_CHARGERS: Final = "chargers"
CONF_MAX_SESSIONS: Final = "max_sessions"
CONF_BLOCKED: Final = "blocked"

"""Types that several parts of the simulator share."""

from collections.abc import Callable
from datetime import datetime
import json
import ssl
from typing import Any, TypedDict

from .faults import Faults
from .security.settings import SecuritySettings

type Payload = dict[str, Any]


def dumps(value: object) -> str:
    """Return JSON without blanks, as chargers write it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


class Options(TypedDict, total=False):
    """What every make takes besides `url` and `charge_point_id`."""

    connectors: int
    sample_interval: int | None
    measurands: str | None
    seed: int | None
    time_factor: float
    noise: float
    register_wh: float
    max_current: float
    phases: int
    firmware: str
    password: str | None
    headers: dict[str, str]
    subprotocols: tuple[str, ...] | None
    tls: ssl.SSLContext | Callable[[], ssl.SSLContext | None] | None
    security: SecuritySettings
    """Of `generic` and `bender` only."""
    faults: Faults
    backoff: tuple[float, float]
    call_timeout: float
    reboot_seconds: float
    boot_on_reconnect: bool
    auto_start_tag: str | None


class Stop(TypedDict):
    """What is known when a transaction ends."""

    transaction_id: int
    meter_stop: int
    when: datetime
    reason: str | None
    id_tag: str | None
    data: list[Payload]

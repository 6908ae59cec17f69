"""Migration of the options of a server from version 2.1: the prices have a page."""

from collections.abc import Mapping
from typing import Any

from ..const import CONF_PRICES
from ..prices.options import earlier_prices, without_earlier


def migrated_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a server in today's form, whatever version they are of."""
    moved = without_earlier(options)
    if (earlier := earlier_prices(options)) and CONF_PRICES not in moved:
        moved[CONF_PRICES] = earlier
    return moved

"""What the specification says of the values of configuration keys (chapter 9).

Only numbers, all of which are sizes, and truth values: what else a charge point takes is its own affair.
"""

from collections.abc import Callable
import re

from ..model.errors import Problem
from ..model.model import ConfigurationKey
from ..quirks.types import Quirks

_INTEGERS = frozenset(
    {
        "blinkrepeat",
        "clockaligneddatainterval",
        "connectiontimeout",
        "heartbeatinterval",
        "lightintensity",
        "maxenergyoninvalidid",
        "metervaluesampleinterval",
        "minimumstatusduration",
        "resetretries",
        "securityprofile",
        "transactionmessageattempts",
        "transactionmessageretryinterval",
        "websocketpinginterval",
    }
)
_BOOLEANS = frozenset(
    {
        "allowofflinetxforunknownid",
        "authorizationcacheenabled",
        "authorizeremotetxrequests",
        "localauthlistenabled",
        "localauthorizeoffline",
        "localpreauthorize",
        "stoptransactiononevsidedisconnect",
        "stoptransactiononinvalidid",
        "unlockconnectoronevsidedisconnect",
    }
)
"""Those that can be written, in lower case."""

WRITE_ONLY = frozenset({"authorizationkey"})
"""Nobody may read these, as they are passwords."""

_is_integer: Callable[[str], object] = re.compile(r"\d+", re.ASCII).fullmatch
_is_boolean: Callable[[str], object] = re.compile("true|false", re.IGNORECASE).fullmatch


def problem(key: str, value: str, known: ConfigurationKey | None) -> Problem | None:
    """Say what is wrong with a value for a key; None if nothing is known to be.

    `known` is what the charge point said of the key. Where that breaks the
    specification, such as 1 for true, the charge point knows better than we do.
    """
    for keys, is_right, words in (
        (_INTEGERS, _is_integer, Problem.NOT_INTEGER),
        (_BOOLEANS, _is_boolean, Problem.NOT_BOOLEAN),
    ):
        if key.lower() not in keys or is_right(value):
            continue
        if known is None or known.value is None or is_right(known.value):
            return words
    return None


def value_kept(key: str, value: str, quirks: Quirks) -> str:
    """Return what the charge point has made of a value that it accepted."""
    lowest = quirks.light_intensity_from
    if key.lower() == "lightintensity" and _is_integer(value) and int(value) < lowest:
        return str(lowest)
    return value

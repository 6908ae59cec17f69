"""The sentences, as Home Assistant's recogniser (`hassil`) reads them.

`(a|b)` is one of both, `[a]` may be left out, `{place}` and `{mode}` stand for any words.
They are only in sentences that speak of charging, so that no other sentence is taken.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Command(StrEnum):
    """What a sentence asks for."""

    START = "start"
    STOP = "stop"
    MODE = "mode"
    FULL = "full"


_CAR: Final = "[the|my|our|this] (car|vehicle)"
_AT: Final = "(at|in|on|of) [the] {place}"
_AUTO: Final = "(das|mein|unser|dieses) (Auto|Fahrzeug)"
_VON: Final = "(an|in|im|am|bei|von|für) [der|dem|die|das] {place}"
_BEI: Final = "(an|in|im|am|bei|auf) [der|dem] {place}"

SENTENCES: Final[Mapping[Command, tuple[str, ...]]] = {
    Command.START: (
        "(start|begin) charging [now]",
        f"(start|begin) charging {_CAR} [now]",
        f"(start|begin) charging [{_CAR}] {_AT}",
        "(start|begin) charging {place}",
        f"charge {_CAR} [now]",
        f"charge {_CAR} {_AT}",
        "(starte|beginne) [jetzt] [das] (Laden|Aufladen) [jetzt]",
        f"(starte|beginne) [das] (Laden|Aufladen) {_BEI}",
        f"lade {_AUTO} [jetzt]",
        f"lade {_AUTO} {_BEI} auf",
        f"lade {_AUTO} {_BEI}",
        f"lade {_AUTO} auf",
    ),
    Command.STOP: (
        "(stop|end|finish) charging [now]",
        f"(stop|end|finish) charging {_CAR} [now]",
        f"(stop|end|finish) charging [{_CAR}] {_AT}",
        "(stop|end|finish) charging {place}",
        "(stoppe|stopp|beende) [jetzt] [das] (Laden|Aufladen) [jetzt]",
        f"(stoppe|stopp|beende) [das] (Laden|Aufladen) {_BEI}",
        "hör auf zu laden",
        f"hör auf {_AUTO} zu laden",
        f"hör {_BEI} auf zu laden",
    ),
    Command.MODE: (
        "(set|switch|change) [the] (charge|charging) mode to {mode}",
        f"(set|switch|change) [the] (charge|charging) mode {_AT} to {{mode}}",
        f"charge {_CAR} (with|from) {{mode}}",
        f"charge {_CAR} only (with|from) {{mode}}",
        "charge only (with|from) {mode}",
        "(setze|stelle|schalte) [den] Lademodus auf {mode}",
        f"(setze|stelle|schalte) [den] Lademodus {_VON} auf {{mode}}",
        "(setze|stelle|schalte) [den] Lademodus (der|des) {place} auf {mode}",
        "lade nur (mit|aus|von) [der] {mode}",
        f"lade {_AUTO} nur (mit|aus|von) [der] {{mode}}",
    ),
    Command.FULL: (
        f"is {_CAR} [fully] (full|charged) [yet|already]",
        f"is {_CAR} {_AT} [fully] (full|charged) [yet|already]",
        f"how full is {_CAR}",
        f"how full is {_CAR} {_AT}",
        f"how much is {_CAR} charged",
        f"ist {_AUTO} [schon|jetzt] [ganz] (voll|geladen|aufgeladen|vollgeladen)",
        f"ist {_AUTO} {_BEI} [schon|jetzt] (voll|geladen|aufgeladen|vollgeladen)",
        f"wie voll ist {_AUTO}",
        f"wie voll ist {_AUTO} {_BEI}",
        f"wie weit ist {_AUTO} [schon|jetzt] (geladen|aufgeladen)",
    ),
}

MODE_WORDS: Final[Mapping[str, str]] = {
    "sun": "solar",
    "the sun": "solar",
    "solar": "solar",
    "solar power": "solar",
    "sun only": "solar",
    "sonne": "solar",
    "sonnenstrom": "solar",
    "solarstrom": "solar",
    "nur sonne": "solar",
    "minimum and sun": "min_solar",
    "minimum plus sun": "min_solar",
    "minimum und sonne": "min_solar",
    "minimum plus sonne": "min_solar",
    "fast": "fast",
    "full power": "fast",
    "maximum": "fast",
    "schnell": "fast",
    "volle leistung": "fast",
    "off": "off",
    "aus": "off",
    "manual": "manual",
    "by hand": "manual",
    "manuell": "manual",
    "von hand": "manual",
}
"""What people call the charge modes, besides their names in the user's language."""

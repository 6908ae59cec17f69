"""The sentences, as Home Assistant's recogniser (`hassil`) reads them.

`(a|b)` is one of both, `[a]` may be left out. `<name>` is the name of a charger, connector,
vehicle or area. `{place}`, `{mode}`, `{amount}` and `{time}` stand for any words: they are
only in sentences that speak of charging, so that no other sentence is taken.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final


class Command(StrEnum):
    """What a sentence asks for."""

    START = "start"
    STOP = "stop"
    FAST = "fast"
    SUN = "sun"
    PLAN = "plan"
    FULL = "full"
    READY = "ready"
    STATUS = "status"
    MODE = "mode"


_THE: Final = "[the|my|our|this]"
_CAR: Final = "[the|my|our|this] (car|vehicle)"
_CAR_OR_NAME: Final = f"({_CAR}|{_THE} <name>)"
_AT: Final = "(at|in|on|of) [the] {place}"
_SUN: Final = "(with|from|on|by|using) [the] (sun|solar|solar power|sunshine)"
_FAST: Final = "(fast|quickly|at full power)"
_AMOUNT: Final = "{amount} (kWh|kilowatt hours|kilowatt hour)"
_BY: Final = "(by|until) {time}"
_CHARGED: Final = "(full|charged|ready)"
_START: Final = "(start|begin|resume|continue)"

_DER: Final = (
    "[der|die|das|den|dem|des|mein|meine|meinen|meinem|unser|unsere|unseren|unserem]"
)
_AUTO: Final = "(das|mein|unser|dieses) (Auto|Fahrzeug)"
_AUTO_ODER_NAME: Final = f"({_AUTO}|{_DER} <name>)"
_VON: Final = "(an|in|im|am|bei|beim|von|vom|für) [der|dem|die|das] {place}"
_BEI: Final = "(an|in|im|am|bei|beim|auf|von|vom) [der|dem] {place}"
_SONNE: Final = (
    "(mit|aus|von) [der|dem] (Sonne|Sonnenstrom|Solarstrom|Sonnenenergie|PV)"
)
_SCHNELL: Final = "(schnell|mit voller Leistung)"
_VOLL: Final = "(voll|geladen|aufgeladen|vollgeladen)"
_MENGE: Final = "{amount} (kWh|Kilowattstunden|Kilowattstunde)"
_BIS: Final = "bis [um] {time}"

SENTENCES: Final[Mapping[Command, tuple[str, ...]]] = {
    Command.FAST: (
        f"charge [{_CAR_OR_NAME}] {_FAST} [now]",
        f"charge {_FAST} {_AT}",
        f"lade [{_AUTO_ODER_NAME}] [jetzt] {_SCHNELL} [auf]",
        f"lade [{_AUTO}] {_SCHNELL} {_BEI}",
        f"[{_AUTO_ODER_NAME}] [jetzt] {_SCHNELL} (laden|aufladen)",
    ),
    Command.SUN: (
        f"[only] charge [{_CAR_OR_NAME}] [only] {_SUN} [only]",
        f"lade [{_AUTO_ODER_NAME}] [nur] {_SONNE} [auf]",
        f"[{_AUTO_ODER_NAME}] [nur] {_SONNE} (laden|aufladen)",
    ),
    Command.PLAN: (
        f"charge {_CAR_OR_NAME} [with] {_AMOUNT} {_BY}",
        f"charge {_AMOUNT} {_AT} {_BY}",
        f"charge {_AMOUNT} {_BY}",
        f"lade {_AUTO_ODER_NAME} [mit] {_MENGE} {_BIS}",
        f"lade {_AUTO_ODER_NAME} {_BIS} [mit] {_MENGE}",
        f"lade {_MENGE} {_BEI} {_BIS}",
        f"lade {_MENGE} {_BIS}",
        f"lade {_BIS} {_MENGE}",
    ),
    Command.START: (
        f"{_START} [the] charging [now]",
        f"{_START} charging {_CAR_OR_NAME} [now]",
        f"charge {_CAR_OR_NAME} [now]",
        f"charge {_CAR} {_AT}",
        f"{_START} charging [{_CAR}] {_AT}",
        f"{_START} charging {{place}}",
        "(starte|beginne) [jetzt] [das] (Laden|Aufladen) [jetzt]",
        "[das] (Laden|Aufladen) (starten|beginnen)",
        "fang an zu laden",
        f"lade {_AUTO_ODER_NAME} [jetzt] [auf]",
        f"{_AUTO_ODER_NAME} [jetzt] (laden|aufladen)",
        f"lade {_AUTO} {_BEI} auf",
        f"lade {_AUTO} {_BEI}",
        f"(starte|beginne) [das] (Laden|Aufladen) {_BEI}",
    ),
    Command.STOP: (
        "(stop|end|finish) [the] charging [now]",
        f"(stop|end|finish) charging {_CAR_OR_NAME} [now]",
        f"(stop|end|finish) charging [{_CAR}] {_AT}",
        "(stop|end|finish) charging {place}",
        "(stoppe|stopp|beende) [jetzt] [das] (Laden|Aufladen) [jetzt]",
        "[das] (Laden|Aufladen) (stoppen|beenden)",
        f"hör auf [{_AUTO_ODER_NAME}] zu laden",
        f"lade {_AUTO_ODER_NAME} nicht (mehr|weiter)",
        f"hör {_BEI} auf zu laden",
        f"(stoppe|stopp|beende) [das] (Laden|Aufladen) {_BEI}",
    ),
    Command.FULL: (
        f"is {_CAR_OR_NAME} [already] [fully] (full|charged) [yet|already]",
        f"how full is {_CAR_OR_NAME} [now]",
        f"how (much|far) is {_CAR_OR_NAME} charged",
        f"is {_CAR} {_AT} [fully] (full|charged) [yet|already]",
        f"how full is {_CAR} {_AT}",
        f"ist {_AUTO_ODER_NAME} [denn] [schon|jetzt] [ganz] {_VOLL}",
        f"wie voll ist {_AUTO_ODER_NAME} [schon|jetzt|gerade]",
        f"wie weit ist {_AUTO_ODER_NAME} [schon|jetzt] (geladen|aufgeladen)",
        f"ist {_AUTO} {_BEI} [schon|jetzt] {_VOLL}",
        f"wie voll ist {_AUTO} {_BEI}",
    ),
    Command.READY: (
        f"when (is|will) {_CAR_OR_NAME} [be] (full|charged|ready|done)",
        f"when (is|will) {_CAR_OR_NAME} [be] (done|finished) charging",
        "when (is|will) [the] charging [be] (done|finished|ready)",
        "how long (does|will) [the] charging [still] take",
        f"how long (does|will) {_CAR_OR_NAME} [still] (take|charge|need) [to charge]",
        f"how (long|much longer) (does|will) it [still] take to charge [{_CAR_OR_NAME}]",
        f"how long (does|will) it [still] take until {_CAR_OR_NAME} is {_CHARGED}",
        f"wann ist {_AUTO_ODER_NAME} [endlich] (fertig|bereit|{_VOLL})",
        "wann ist das Laden fertig",
        "wie lange (dauert|braucht) [das] (Laden|Aufladen) [noch]",
        f"wie lange (lädt|braucht) {_AUTO_ODER_NAME} [noch] [zum Laden]",
        f"wie lange muss {_AUTO_ODER_NAME} noch laden",
        f"wie lange dauert es [noch] bis {_AUTO_ODER_NAME} (fertig|bereit|{_VOLL}) ist",
        "wie lange noch laden",
    ),
    Command.STATUS: (
        f"is {_CAR_OR_NAME} [still|already] charging [now|yet]",
        f"why is {_CAR_OR_NAME} not charging",
        f"lädt {_AUTO_ODER_NAME} [gerade|schon|jetzt|noch]",
        f"(warum|wieso|weshalb) lädt {_AUTO_ODER_NAME} [gerade|noch] nicht",
    ),
    Command.MODE: (
        "(set|switch|change) [the] (charge|charging) mode to {mode}",
        f"(set|switch|change) [the] (charge|charging) mode {_AT} to {{mode}}",
        f"charge {_CAR} [only] (with|from) {{mode}}",
        "charge only (with|from) {mode}",
        "(setze|stelle|schalte) [den] Lademodus auf {mode}",
        f"(setze|stelle|schalte) [den] Lademodus {_VON} auf {{mode}}",
        "(setze|stelle|schalte) [den] Lademodus (der|des) {place} auf {mode}",
        "lade nur (mit|aus|von) [der] {mode}",
        f"lade {_AUTO} nur (mit|aus|von) [der] {{mode}}",
    ),
}
"""The first sentence that fits is taken: those with `{place}` and `{mode}` come last."""

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

_NAME: Final = "<name>"
_NOBODY: Final = "ocppcsnobody"
"""Stands for `<name>` as long as there are no names."""
_SIGNS: Final = frozenset("()[]{}<>|\\:")
"""What means something else to the recogniser."""


def with_names(names: Collection[str]) -> dict[str, tuple[Command, bool]]:
    """Return all sentences with the names in them.

    Args:
        names: The names, as their users spell them.

    Returns:
        Each sentence, with what it asks for, and whether a name may be in it.
    """
    spellings = {plain(name) for name in names} | {
        name for name in names if _SIGNS.isdisjoint(name)
    }
    # The longest first, as one name may begin with another.
    ordered = sorted(spellings - {""}, key=lambda name: (-len(name), name))
    every = f"({'|'.join(ordered) or _NOBODY})"
    return {
        sentence.replace(_NAME, every): (command, _NAME in sentence)
        for command, sentences in SENTENCES.items()
        for sentence in sentences
    }


def plain(text: str) -> str:
    """Return a text for comparing: in small letters, without signs."""
    spelled = "".join(one if one.isalnum() else " " for one in text.casefold())
    return " ".join(spelled.split())

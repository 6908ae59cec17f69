"""Removes private data from diagnostics.

Tags, serial numbers, SIM cards, passwords, certificates, hosts of URLs: the values of
names that indicate private data, also within the text of broken or truncated frames,
and all other occurrences of the same text.
"""

from collections.abc import Iterable, Mapping
import json
import re
from typing import Any

from homeassistant.helpers.redact import REDACTED

_TELLING = re.compile(
    "idtag|idtoken|serial|iccid|imsi|ssid|passw|passphrase|pincode|psk|secret|token"
    "|authorizationkey|authkey|apikey|accesskey|privatekey|evccid|emaid|contractid"
    "|macaddress|ipaddress|vehicleid|vehiclecertificate|departuretime|certificatechain|^(?:signing)?certificate$"
    "|^(?:csr|ocppd|signature|remote|user|username|vin|vid|mac|uid|phone|email)$"
)
"""Parts of names whose values are private; lower case, without punctuation."""

_HARMLESS = frozenset({"", "true", "false"})

_SHORTEST = 4
"""Shorter texts are likely to occur with another meaning, too."""

_WORD = re.compile(r"[A-Za-z0-9]+|[^\W_]")
"""In other alphabets, each letter is a word."""
_LONGEST_RUN = 16
"""The maximum number of words of a secret; a longer secret is searched in parts."""

_PAIR = re.compile(
    r"""(?P<head>(?P<open>["'])(?P<name>[\w .-]{1,64})(?P=open)\s*:\s*)"""
    r"""(?:(?P<quote>["'])(?P<text>(?:\\.|(?!(?P=quote)).)*)|(?P<number>-?\d[\w.+-]*))""",
    re.DOTALL,
)
"""A name and its value in JSON or similar text; the closing quote may be missing."""

_NESTED_PAIR = re.compile(
    r"""(?P<head>\\+"(?P<name>[\w .-]{1,64})\\+"\s*:\s*\\+")(?P<text>[^"\\]*)"""
)
"""The same in a JSON string within JSON."""

_KEY_AND_VALUE = re.compile(
    r"""(?P<before>"value"\s*:\s*"(?P<first>(?:\\.|[^"\\])*)"[^{}]*?)?"""
    r'''"key"\s*:\s*"(?P<name>[^"\\]{1,64})"'''
    r"""(?P<after>[^{}]*?"value"\s*:\s*"(?P<last>(?:\\.|[^"\\])*))?"""
)
"""A configuration key (KeyValue, 7.29) with its value before or after it."""

_URL_PLACE = re.compile(
    r"""(?P<head>[a-z][a-z0-9+.-]{1,15}:(?:\\?/){2})"""
    r"""(?:[^/\s"'\\]*@)?(?:\[[^\]\s"']*\]|[^/\s"':?#\\]+)""",
    re.IGNORECASE,
)
"""The login and the host of a URL."""
_URL_TOKEN = re.compile(
    r"""(?P<head>:(?:\\?/){2}[^\s"']*?/)[\w=-]{16,}(?=[/?#"'\s\\]|$)"""
)
"""A long segment of a path, which may be the secret that gives access."""
_ADDRESS = re.compile(
    r"(?<![\w.:])(?:"
    r"(?:10\.\d{1,3}|172\.(?:1[6-9]|2\d|3[01])|192\.168|169\.254)"
    r"\.\d{1,3}\.\d{1,3}(?![\w.])"
    r"|(?:fe80|f[cd][0-9a-f]{2}):[0-9a-f:]+(?:%\w+)?"
    r"|(?:[0-9a-f]{2}:){5}[0-9a-f]{2}(?![\w:])"
    r")",
    re.IGNORECASE,
)
"""An address of the local network, IPv4 or IPv6, or a MAC address."""
_URL_SECRET = re.compile(
    r"""([?&][^=&"'\s]*(?:token|key|sig|pass|secret|auth)[^=&"'\s]*=)[^&"'\s\\]+""",
    re.IGNORECASE,
)

_UPLOAD_TOKEN = re.compile(r"(/api/ocpp_cs/upload/)[\w-]+")
"""The token in the URL for an upload by a charger, which replaces a login."""


def _is_telling(name: str) -> bool:
    return _TELLING.search(re.sub(r"[\W_]", "", name).lower()) is not None


def _is_private(name: str, value: object) -> bool:
    return (
        isinstance(value, str | int | float)
        and not isinstance(value, bool)
        and str(value).lower() not in _HARMLESS
        and _is_telling(name)
    )


class _Secrets:
    """Secret texts, which are searched as whole words or sequences of words.

    The search is a single pass, whatever the number of secrets: at most `_LONGEST_RUN`
    lookups per position. So strangers, who can make up any number of secrets, cannot
    slow it down.
    """

    def __init__(self) -> None:
        """Initialize without secrets."""
        self._known: set[str] = set()
        self._runs: dict[str, set[int]] = {}
        """The first word of secrets -> their possible numbers of words."""
        self.lookups = 0
        """The number of lookups so far."""

    def add(self, secret: str) -> None:
        """Add a secret as it is, and in the forms that JSON has for it."""
        for spelling in {
            secret,
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1],
        }:
            if spelling in self._known:
                continue
            words = list(_WORD.finditer(spelling))
            for start in range(0, len(words), _LONGEST_RUN):
                run = words[start : start + _LONGEST_RUN]
                part = spelling[run[0].start() : run[-1].end()]
                if len(part) >= _SHORTEST or len(words) <= _LONGEST_RUN:
                    self._known.add(part)
                    self._runs.setdefault(run[0][0], set()).add(len(run))

    def cut_out(self, text: str) -> str:
        """Return a text without the secrets."""
        if not self._runs:
            return text
        words = list(_WORD.finditer(text))
        parts: list[str] = []
        done = number = 0
        while number < len(words):
            length = self._length_at(text, words, number)
            if length:
                parts += (text[done : words[number].start()], REDACTED)
                done = words[number + length - 1].end()
            number += length or 1
        return "".join((*parts, text[done:])) if parts else text

    def _length_at(self, text: str, words: list[re.Match[str]], number: int) -> int:
        """Return the number of words of the secret at that word; 0 if there is none."""
        first = words[number]
        for length in sorted(self._runs.get(first[0], ()), reverse=True):
            if number + length <= len(words):
                self.lookups += 1
                last = words[number + length - 1]
                if text[first.start() : last.end()] in self._known:
                    return length
        return 0


class Redactor:
    """Collects the private values of diagnostics, and then removes them everywhere."""

    def __init__(self) -> None:
        """Initialize without private values."""
        self._secrets = _Secrets()

    def learn(self, data: object) -> None:
        """Collect the private values in data of JSON types, or dicts of dataclasses."""
        match data:
            case Mapping():
                if (name := data.get("key")) is not None:
                    self._learn_value(str(name), data.get("value"))
                for name, value in data.items():
                    self._learn_value(str(name), value)
                    self.learn(value)
            case list() | tuple():
                for item in data:
                    self.learn(item)
            case str() if data.lstrip().startswith(("{", "[")):
                self.learn_text(data)

    def learn_text(self, text: str) -> None:
        """Collect the private values in a frame, which may be broken."""
        try:
            parsed = json.loads(text, strict=False)
        except ValueError, RecursionError:
            for name, value in _private_parts(text):
                self._learn_value(name, value)
        else:
            self.learn(parsed)

    def _learn_value(self, name: str, value: object) -> None:
        secret = str(value)
        if (
            _is_private(name, value)
            and len(secret) >= _SHORTEST
            and any(letter.isalnum() for letter in secret)
        ):
            self._secrets.add(secret)

    def clean(self, data: Any) -> Any:
        """Return a copy of data of JSON types without private values."""
        match data:
            case Mapping():
                cleaned = {
                    name: REDACTED
                    if _is_private(str(name), value)
                    else self.clean(value)
                    for name, value in data.items()
                }
                if _is_private(str(data.get("key", "")), data.get("value")):
                    cleaned["value"] = REDACTED
                return cleaned
            case list() | tuple():
                return [self.clean(item) for item in data]
            case str():
                return self.clean_text(data)
            case _:
                return data

    def clean_text(self, text: str) -> str:
        """Return a text, such as a frame, without private values."""
        text = _PAIR.sub(_clean_pair, text)
        text = _NESTED_PAIR.sub(_clean_pair, text)
        text = _KEY_AND_VALUE.sub(_clean_key_and_value, text)
        text = _URL_PLACE.sub(rf"\g<head>{REDACTED}", text)
        text = _URL_TOKEN.sub(rf"\g<head>{REDACTED}", text)
        text = _ADDRESS.sub(REDACTED, text)
        text = _URL_SECRET.sub(rf"\1{REDACTED}", text)
        text = _UPLOAD_TOKEN.sub(rf"\1{REDACTED}", text)
        return self._secrets.cut_out(text)


def _private_parts(text: str) -> Iterable[tuple[str, str]]:
    for match in _PAIR.finditer(text):
        yield match["name"], match["text"] or match["number"] or ""
    for match in _NESTED_PAIR.finditer(text):
        yield match["name"], match["text"]
    for match in _KEY_AND_VALUE.finditer(text):
        yield match["name"], match["first"] or match["last"] or ""


def _clean_pair(match: re.Match[str]) -> str:
    groups = match.groupdict()
    value = groups["text"] if groups["text"] is not None else groups["number"]
    if not _is_private(match["name"], value):
        return match[0]
    quote = groups.get("quote") or ("" if groups["text"] is not None else '"')
    closing = '"' if groups["text"] is None else ""
    return f"{match['head']}{quote}{REDACTED}{closing}"


def _clean_key_and_value(match: re.Match[str]) -> str:
    whole = match[0]
    if not _is_telling(match["name"]):
        return whole
    # Replace the later group first, so that the position of the other stays valid.
    for group in ("last", "first"):
        if _is_private(match["name"], match[group]):
            start, end = match.start(group) - match.start(), match.end(group)
            whole = whole[:start] + REDACTED + whole[end - match.start() :]
    return whole

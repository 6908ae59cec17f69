"""Messages that the CSMS puts on the display (2.0.1 and 2.1, O01 to O06)."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.errors import CallError
from simulator.structures import Payload

if TYPE_CHECKING:
    from simulator.v2.station import ChargingStation, Handler

CTRLR = "DisplayMessageCtrlr"
PRIORITIES = ("AlwaysFront", "InFront", "NormalCycle")
"""The most urgent one is first."""


class Displays:
    """The one display of a station."""

    def __init__(self, station: ChargingStation) -> None:
        self._station = station
        self._messages: dict[int, Payload] = {}
        self.piece_size = 2
        """How many messages are in one NotifyDisplayMessages."""
        self.handlers: dict[str, Handler] = {
            "ClearDisplayMessage": self._clear,
            "GetDisplayMessages": self._get,
            "SetDisplayMessage": self._set,
        }

    @property
    def messages(self) -> list[Payload]:
        """The messages that are stored, by their ids."""
        self._tidy()
        return [self._messages[key] for key in sorted(self._messages)]

    def shown(self, language: str = "") -> list[str]:
        """Return what a person sees now, in turn, in that language if there is one."""
        now, states = self._station.clock.now(), self._states()
        due = [
            one
            for one in self.messages
            if one.get("state") in {None, *states}
            and ("startDateTime" not in one or _time(one["startDateTime"]) <= now)
        ]
        for priority in PRIORITIES:
            front = [one for one in due if one["priority"] == priority]
            if front:
                return [_text(one, language) for one in front]
        return []

    def _states(self) -> set[str]:
        """Return the states of the station (MessageStateEnumType)."""
        evses = self._station.evses
        statuses = {one.status for one in evses}
        found: set[str] = {"Faulted", "Unavailable"} & statuses
        running = [one for one in evses if one.transaction is not None]
        if any(one.power_w > 0 for one in running):
            found.add("Charging")
        if any(one.power_w < 0 for one in running):
            found.add("Discharging")
        if any(one.power_w == 0 for one in running):
            found.add("Suspended")
        return found or {"Idle"}

    def _tidy(self) -> None:
        """Remove what is over: by its time, or with its transaction (O02)."""
        now, transactions = self._station.clock.now(), self._station.transactions
        for number, one in list(self._messages.items()):
            of = one.get("transactionId")
            if ("endDateTime" in one and _time(one["endDateTime"]) <= now) or (
                of is not None and transactions.at(of) is None
            ):
                del self._messages[number]
        self._count()

    def _count(self) -> None:
        model = self._station.model
        if model.integer(CTRLR, "DisplayMessages") != len(self._messages):
            model.put(CTRLR, "DisplayMessages", len(self._messages))

    def _require(self) -> None:
        if not self._station.model.boolean(CTRLR, "Available"):
            raise CallError("NotImplemented", "it has no display")

    def _set(self, payload: Payload) -> Payload:
        self._require()
        message = payload["message"]
        status = self._problem_of(message) or "Accepted"
        if status == "Accepted":
            if message["priority"] == "AlwaysFront":
                # O01.FR.16: the newest takes the place of the other.
                for number, one in list(self._messages.items()):
                    if one["priority"] == "AlwaysFront":
                        del self._messages[number]
            self._messages[message["id"]] = message
            self._count()
            self._station.show(message["message"]["content"])
        return {"status": status}

    def _problem_of(self, message: Payload) -> str | None:
        station, model = self._station, self._station.model
        texts = [message["message"], *message.get("messageExtra", ())]
        if message["priority"] not in model.names(CTRLR, "SupportedPriorities"):
            return "NotSupportedPriority"
        states = model.names(CTRLR, "SupportedStates")
        if (state := message.get("state")) is not None and state not in states:
            return "NotSupportedState"
        formats = model.names(CTRLR, "SupportedFormats")
        if any(one["format"] not in formats for one in texts):
            return "NotSupportedMessageFormat"
        if any(
            one["format"] == "ASCII" and not one["content"].isascii() for one in texts
        ):
            station.violation("SetDisplayMessage in ASCII has other letters")
            return "Rejected"
        of = message.get("transactionId")
        if of is not None and station.transactions.at(of) is None:
            return "UnknownTransaction"
        languages = model.find((CTRLR.casefold(), "", None, None, "language", ""))
        if languages is None:
            if len(texts) > 1:
                return "Rejected"
        elif any(
            one.get("language", languages.value) not in languages.values
            for one in texts
        ):
            return "LanguageNotSupported"
        most = model.find((CTRLR.casefold(), "", None, None, "displaymessages", ""))
        others = [one for one in self.messages if one["id"] != message["id"]]
        if most is not None and most.maximum and len(others) >= most.maximum:
            return "Rejected"
        return None

    def _get(self, payload: Payload) -> Payload:
        self._require()
        wanted = [
            one
            for one in self.messages
            if one["id"] in payload.get("id", (one["id"],))
            and payload.get("priority") in {None, one["priority"]}
            and payload.get("state") in {None, one.get("state")}
        ]
        if not wanted:
            return {"status": "Unknown"}
        size = self.piece_size
        pieces = [wanted[at : at + size] for at in range(0, len(wanted), size)]
        for number, piece in enumerate(pieces, 1):
            self._station.reply(
                "NotifyDisplayMessages",
                {
                    "requestId": payload["requestId"],
                    "tbc": number < len(pieces),
                    "messageInfo": piece,
                },
            )
        return {"status": "Accepted"}

    def _clear(self, payload: Payload) -> Payload:
        self._require()
        self._tidy()
        if self._messages.pop(payload["id"], None) is None:
            return {"status": "Unknown"}
        self._count()
        return {"status": "Accepted"}

    def summary(self) -> str:
        """Return what is stored, and what of it is shown."""
        lines = [
            f"{one['id']} {one['priority']} {one.get('state', 'always')}: "
            f"{' | '.join(_texts(one))}"
            for one in self.messages
        ]
        return "\n".join([*lines, f"now: {', '.join(self.shown()) or 'nothing'}"])


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _contents(message: Payload) -> Iterable[Payload]:
    return (message["message"], *message.get("messageExtra", ()))


def _texts(message: Payload) -> list[str]:
    return [one["content"] for one in _contents(message)]


def _text(message: Payload, language: str) -> str:
    """Return its text in a language, or else the first one."""
    for one in _contents(message):
        if language and one.get("language", "").startswith(language):
            return str(one["content"])
    return str(message["message"]["content"])

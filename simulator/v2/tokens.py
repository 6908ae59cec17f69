"""Cards and other tokens: asked for, cached, listed (2.0.1, C and D)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from simulator.errors import CallError, CallFailed
from simulator.structures import Payload

if TYPE_CHECKING:
    from .station import ChargingStation, Handler


@dataclass(frozen=True, slots=True)
class Token:
    """An IdTokenType."""

    id: str
    kind: str = "ISO14443"

    @classmethod
    def of(cls, told: Payload) -> Self:
        """Return the token that was told. Raise KeyError."""
        return cls(told["idToken"], told["type"])

    def told(self) -> Payload:
        """Return it as it is told."""
        return {"idToken": self.id, "type": self.kind}

    @property
    def key(self) -> tuple[str, str]:
        """What is compared: ids without upper and lower case."""
        return self.id.casefold(), self.kind


@dataclass(slots=True, kw_only=True)
class Authorized:
    """Who may charge, and how that came about."""

    token: Token
    group: Token | None = None
    trigger: str = "Authorized"
    """The triggerReason of the event that tells it."""
    remote_start_id: int | None = None
    told: bool = False
    """Whether an event has named the token."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of a token."""

    info: Payload
    since: datetime


NOT_KNOWN: Payload = {"status": "Unknown"}


def group_of(info: Payload) -> Token | None:
    """Return the group in an IdTokenInfoType."""
    told = info.get("groupIdToken")
    return None if told is None else Token.of(told)


class Tokens:
    """What the station knows of tokens."""

    def __init__(self, station: ChargingStation) -> None:
        self._station = station
        self.cache: dict[tuple[str, str], Known] = {}
        self.local_list: dict[tuple[str, str], Payload] = {}
        self.list_version = 0
        self.handlers: dict[str, Handler] = {
            "ClearCache": self._clear_cache,
            "GetLocalListVersion": self._version,
            "SendLocalList": self._send_local_list,
        }

    async def authorize(self, token: Token) -> Payload:
        """Return the IdTokenInfoType of a token, asking the CSMS if need be."""
        station, model = self._station, self._station.model
        if not model.boolean("AuthCtrlr", "Enabled", default=True):
            return {"status": "Accepted"}
        known = self.known(token)
        accepted = known is not None and known["status"] == "Accepted"
        if accepted and model.boolean("AuthCtrlr", "LocalPreAuthorize"):
            assert known is not None
            return known
        if station.operational:
            try:
                answer = await station.link.call("Authorize", {"idToken": token.told()})
            except CallFailed as err:
                station.log(f"Authorize failed: {err}")
            else:
                info = station.tariffs.authorized(token, answer)
                self.remember(token, info)
                station.discharging.authorized(answer)
                return info
        if model.boolean("AuthCtrlr", "LocalAuthorizeOffline", default=True) and known:
            return known
        if model.boolean("AuthCtrlr", "OfflineTxForUnknownIdEnabled") and known is None:
            return {"status": "Accepted"}
        return NOT_KNOWN

    def known(self, token: Token) -> Payload | None:
        """Return what list or cache say of a token; the list comes first (C13)."""
        model = self._station.model
        if model.boolean("LocalAuthListCtrlr", "Enabled") and (
            info := self.local_list.get(token.key)
        ):
            return self._as_of_now(info)
        if not model.boolean("AuthCacheCtrlr", "Enabled"):
            return None
        if (cached := self.cache.get(token.key)) is None:
            return None
        life = timedelta(seconds=model.integer("AuthCacheCtrlr", "LifeTime"))
        if life and self._station.clock.now() - cached.since > life:
            del self.cache[token.key]
            return None
        return self._as_of_now(cached.info)

    def remember(self, token: Token, info: Payload) -> None:
        """Keep what the CSMS has said of a token (C10)."""
        if self._station.model.boolean("AuthCacheCtrlr", "Enabled"):
            self.cache[token.key] = Known(info, self._station.clock.now())

    def is_master(self, token: Token) -> bool:
        """Return whether a token belongs to the master pass group (C16)."""
        master = self._station.model.text("AuthCtrlr", "MasterPassGroupId")
        group = group_of(self.known(token) or {})
        return bool(master) and group is not None and group.id == master

    def _as_of_now(self, info: Payload) -> Payload:
        until = info.get("cacheExpiryDateTime")
        if (
            until is not None
            and info["status"] == "Accepted"
            and datetime.fromisoformat(until) <= self._station.clock.now()
        ):
            return info | {"status": "Expired"}
        return info

    def _clear_cache(self, payload: Payload) -> Payload:
        if not self._station.model.boolean("AuthCacheCtrlr", "Enabled"):
            return {"status": "Rejected"}
        self.cache.clear()
        return {"status": "Accepted"}

    def _version(self, payload: Payload) -> Payload:
        enabled = self._station.model.boolean("LocalAuthListCtrlr", "Enabled")
        return {"versionNumber": self.list_version if enabled else 0}

    def _send_local_list(self, payload: Payload) -> Payload:
        station, model = self._station, self._station.model
        faults = station.faults
        if not model.boolean("LocalAuthListCtrlr", "Enabled") or faults.list_failed:
            return {"status": "Failed"}
        entries = payload.get("localAuthorizationList") or []
        most = model.integer("LocalAuthListCtrlr", "ItemsPerMessage")
        if most and len(entries) > most:
            raise CallError("OccurrenceConstraintViolation", f"at most {most} entries")
        version, kind = int(payload["versionNumber"]), payload["updateType"]
        if version < 1:
            raise ValueError(f"versionNumber is {version} (D01.FR.18)")
        keys = [Token.of(entry["idToken"]).key for entry in entries]
        if len(set(keys)) < len(keys):
            raise ValueError("the same idToken twice (D01.FR.15)")
        if kind == "Differential" and (
            faults.list_mismatch or version <= self.list_version
        ):
            return {"status": "VersionMismatch"}
        listed = {} if kind == "Full" else dict(self.local_list)
        for key, entry in zip(keys, entries, strict=True):
            if (info := entry.get("idTokenInfo")) is not None:
                listed[key] = info
            elif kind == "Full":
                raise ValueError("an entry without idTokenInfo in a full list")
            else:
                listed.pop(key, None)
        self.local_list, self.list_version = listed, version
        model.put("LocalAuthListCtrlr", "Entries", len(listed))
        return {"status": "Accepted"}

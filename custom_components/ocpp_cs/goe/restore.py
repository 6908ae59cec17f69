"""The backup of a charger's settings: kept while it is adopted, then restored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from .address import is_encrypted
from .client import GoEClient
from .errors import KeysRefusedError
from .settings import PASSING, SETTINGS, TOLD_BY_OCPP, WRITE_ONLY
from .values import Json, Values, same


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """The values before the set-up, and the values that replaced them."""

    url: str
    """The URL of this server in `ocppu`."""
    before: Mapping[str, Json] = field(hash=False)
    ours: Mapping[str, Json] = field(hash=False)
    plain_url: str | None = None
    """The URL of this server without encryption, if `url` is the one with it."""

    def as_dict(self) -> dict[str, Any]:
        """Return the backup as JSON types."""
        return {
            "url": self.url,
            "before": dict(self.before),
            "ours": dict(self.ours),
            **({} if self.plain_url is None else {"plain_url": self.plain_url}),
        }

    @classmethod
    def from_dict(cls, data: Any) -> Self | None:
        """Return the backup from the result of `as_dict`; None if it is invalid."""
        match data:
            case {
                "url": str(url),
                "before": Mapping() as old,
                "ours": Mapping() as new,
            }:
                plain_url = data.get("plain_url")
                return cls(
                    url=url,
                    before=_fitting(old),
                    ours=_fitting(new),
                    plain_url=plain_url if isinstance(plain_url, str) else None,
                )
        return None

    def followed_by(self, later: Self) -> Self:
        """Return the backup of both: values before the first, replaced by the last."""
        return type(self)(
            url=later.url,
            before={**later.before, **self.before},
            ours={**self.ours, **later.ours},
            plain_url=self._plain_url(later.url),
        )

    def _plain_url(self, later: str) -> str | None:
        """Return the URL without encryption that precedes the later URL."""
        if not is_encrypted(later):
            return None
        return self.plain_url if is_encrypted(self.url) else self.url

    def only(self, keys: Iterable[str]) -> Self:
        """Return the part of the backup for these keys."""
        kept = set(keys)
        return type(self)(
            url=self.url,
            before={key: old for key, old in self.before.items() if key in kept},
            ours={key: new for key, new in self.ours.items() if key in kept},
            plain_url=self.plain_url,
        )

    def without(self, *keys: str) -> Self:
        """Return the backup without these keys."""
        return self.only(self.before.keys() - set(keys))

    def with_switch(self) -> Self:
        """Return the backup for a time in which OCPP is switched off and on."""
        return replace(
            self,
            before={**self.before, "ocppe": True},
            ours={**self.ours, "ocppe": False},
        )


def _fitting(values: Mapping[Any, Any]) -> dict[str, Json]:
    return {
        key: values[key]
        for key, setting in SETTINGS.items()
        if key in values and setting.fits(values[key])
    }


UNSET = ""
"""The value that removes a certificate or a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """The result of a restoration."""

    keys: tuple[str, ...] = ()
    """The keys that were restored."""
    changed: Mapping[str, Json] = field(default_factory=dict, hash=False)
    """The keys that were changed by others, with their values; not restored."""
    refused: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The keys that the charger refused, with its messages."""
    lost: tuple[str, ...] = ()
    """The keys whose values were overwritten, and cannot be restored."""

    @property
    def left(self) -> tuple[str, ...]:
        """The keys that do not have their earlier values."""
        return (*self.changed, *self.refused, *self.lost)


async def restore(
    client: GoEClient, backup: Backup, *, passing: bool = False
) -> Restored:
    """Restore the values of a backup, unless others have changed them since.

    Args:
        client: The charger's client.
        backup: The values to restore.
        passing: Whether to restore temporary values (`frc`), too: months later they
            would start or stop a car.

    Raises:
        GoEError: An error of the client, except KeysRefusedError.
    """
    keys = [
        key
        for key in reversed(SETTINGS)
        if key in backup.before
        and key in backup.ours
        and (passing or key not in PASSING)
    ]
    if not keys:
        return Restored()
    present = await client.read([*keys, "ocppu"])
    url = present.get("ocppu")
    ours_is_there = same(url, backup.url)
    was_ours = ours_is_there or same(url, backup.before.get("ocppu", backup.url))
    back: dict[str, Json] = {}
    changed: dict[str, Json] = {}
    lost: list[str] = []
    for key in keys:
        if key not in present:
            continue
        if key in WRITE_ONLY:
            if present[key] and backup.before[key] and backup.ours[key]:
                lost.append(key)
            elif present[key] and not backup.before[key]:
                if was_ours:
                    back[key] = UNSET
                else:
                    changed[key] = present[key]
            continue
        if same(present[key], backup.before[key]):
            continue
        if same(present[key], backup.ours[key]) or (
            ours_is_there and key in TOLD_BY_OCPP
        ):
            back[key] = backup.before[key]
        else:
            changed[key] = present[key]
    refused = await _write(client, back, present)
    return Restored(
        keys=tuple(key for key in back if key not in refused),
        changed=changed,
        refused=refused,
        lost=tuple(lost),
    )


async def _write(client: GoEClient, back: Values, present: Values) -> dict[str, str]:
    try:
        await client.write(back, present=present)
    except KeysRefusedError as err:
        refused = err.refusals
    else:
        return {}
    if not (kept := [key for key in refused if key in WRITE_ONLY]):
        return refused
    # A firmware that checks certificates may take an empty text for a wrong one.
    try:
        await client.write(dict.fromkeys(kept), present=present)
    except KeysRefusedError as err:
        return refused | err.refusals
    return {key: words for key, words in refused.items() if key not in kept}

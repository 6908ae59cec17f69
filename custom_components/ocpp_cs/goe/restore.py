"""The values before: kept as long as the charger is ours, put back when it leaves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from .client import GoEClient
from .errors import KeysRefusedError
from .settings import PASSING, SETTINGS, TOLD_BY_OCPP
from .values import Json, Values, same


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What was there before, and what we put in its place."""

    url: str
    """Ours."""
    before: Mapping[str, Json] = field(hash=False)
    ours: Mapping[str, Json] = field(hash=False)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "url": self.url,
            "before": dict(self.before),
            "ours": dict(self.ours),
        }

    @classmethod
    def from_dict(cls, data: Any) -> Self | None:
        """Return what `as_dict` made; None if that is not what it is."""
        match data:
            case {
                "url": str(url),
                "before": Mapping() as old,
                "ours": Mapping() as new,
            }:
                return cls(url=url, before=_fitting(old), ours=_fitting(new))
        return None

    def followed_by(self, later: Self) -> Self:
        """Return one for both: from before the first to what the last one put."""
        return type(self)(
            url=later.url,
            before={**later.before, **self.before},
            ours={**self.ours, **later.ours},
        )

    def only(self, keys: Iterable[str]) -> Self:
        """Return the part that is about these keys."""
        kept = set(keys)
        return type(self)(
            url=self.url,
            before={key: old for key, old in self.before.items() if key in kept},
            ours={key: new for key, new in self.ours.items() if key in kept},
        )


def _fitting(values: Mapping[Any, Any]) -> dict[str, Json]:
    return {
        key: values[key]
        for key, setting in SETTINGS.items()
        if key in values and setting.fits(values[key])
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What became of putting values back."""

    keys: tuple[str, ...] = ()
    """Those that are as before again."""
    changed: Mapping[str, Json] = field(default_factory=dict, hash=False)
    """Those that someone else has changed, with what they are: left alone."""
    refused: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Those that the charger did not take, with its words."""


async def restore(
    client: GoEClient, backup: Backup, *, passing: bool = False
) -> Restored:
    """Put back the values before, where ours are still there.

    What ends by itself (`frc`) is only put back with `passing`: months later it would start or
    stop a car. Raises what the client raises, but for KeysRefusedError.
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
    ours_is_there = same(present.get("ocppu"), backup.url)
    back: dict[str, Json] = {}
    changed: dict[str, Json] = {}
    for key in keys:
        if key not in present or same(present[key], backup.before[key]):
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
    )


async def _write(client: GoEClient, back: Values, present: Values) -> dict[str, str]:
    try:
        await client.write(back, present=present)
    except KeysRefusedError as err:
        return err.refusals
    return {}

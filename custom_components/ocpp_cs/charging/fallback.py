"""The limits that chargers keep by themselves while Home Assistant is away.

A shared fuse must not depend on Home Assistant alone. So each charger has its safe share
of it as a second period of its limit, or as a profile beneath that (2.1), by
`Limiter.set_fallback`; a go-e has a setting of its own. Where none of these is possible, a
repair issue says so. Its owner may want the least current instead, or an end of charging,
also without a shared fuse.
"""

from collections.abc import Callable, Iterator, Mapping
from math import floor
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .. import const
from ..chargers.charger import Charger
from ..chargers.component import Component, guarded
from ..const import CONF_FALLBACK, FALLBACK_AUTOMATIC
from ..csms.connector import Connector
from ..csms.limits.intent import Fallback
from ..foreign_text import Markdown, shown
from ..issues import async_clear_issue, async_raise_issue
from ..smart_charging.house.shares import safe_shares
from ..smart_charging.model import ChargeMode, Charger as Model
from ..vehicles.model import Car
from .control import ModeControl
from .limits import allowed_amps
from .points import ControlPoint, model_of

_AFTER_S: Final = 300
"""Seconds from the last limit until the safe share comes into effect.

Long enough for a restart of Home Assistant, and for a fuse to bear what a car may take
too much.
"""
_CALM_A: Final = 1.0
"""A safe share rises only by more, so that chargers are not told of each ampere."""


class Fallbacks(Component):
    """Gives the chargers of a server their safe shares."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], control: ModeControl
    ) -> None:
        """Start without chargers."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._control = control
        self._shares: dict[str, float] = {}
        self._named: list[str] = []
        self.kept_otherwise: Callable[[Charger], float | None] = lambda charger: None
        """Returns the current in A that a charger keeps by a setting of its own.

        Infinite if the setting leaves it without a limit; None if it has no such setting.
        """

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Give a charger its share once it is here, and again if that may have changed."""
        self._subscriptions.add(
            charger,
            charger.charge_point.watch(("connectors", "ready"), self._look),
        )

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Divide the fuse without a charger."""
        super().async_detach(charger)
        self._look()

    @override
    @callback
    def async_update(self) -> None:
        """Apply a change of the options, or of a charger."""
        self._look()

    @override
    @callback
    def async_minute_passed(self) -> None:
        """Follow the load of the house, and the modes."""
        self._look()

    @override
    @callback
    def async_stop(self) -> None:
        """Leave the chargers their limits, which end by themselves."""
        super().async_stop()
        self._show([])

    def _points(self) -> Iterator[ControlPoint]:
        for charger in self._subscriptions:
            for number in charger.charge_point.connector_numbers:
                yield ControlPoint(
                    charger=charger,
                    connector=charger.charge_point.connectors[number],
                )

    @callback
    def _look(self) -> None:
        """Divide the fuse anew, and tell the limiters."""
        with guarded("The fall-back of chargers", self._entry.title):
            self._divide()

    def _divide(self) -> None:
        settings = self._control.house_settings
        points = {point.key: point for point in self._points()}
        manual = {
            key: point
            for key, point in points.items()
            if self._control.mode(point.connector) is ChargeMode.MANUAL
        }
        for point in manual.values():
            self._needs_none(point)
        shares: Mapping[str, float] = {}
        models: Mapping[str, Model] = {}
        if settings.fuse_a is not None or settings.circuits:
            # Another car may come while Home Assistant is away.
            models = {key: model_of(point, Car()) for key, point in points.items()}
            shares = safe_shares(
                settings,
                list(models.values()),
                self._control.largest_load_a(),
                {key: _taken(point.connector) for key, point in manual.items()},
            )
        self._shares = {key: self._shares[key] for key in self._shares if key in shares}
        unprotected = []
        for key, point in points.items():
            if key in manual:
                continue
            share = None
            if key in shares:
                share = self._calm(key, float(floor(shares[key] + 1e-6)))
                if share >= models[key].max_a:
                    # It may always have all that it can take.
                    share = None
            kept = self._kept(point, share)
            point.connector.limiter.set_fallback(kept)
            if share is None:
                self._needs_no_setting(point)
            elif kept is None and not self._own_setting(point, share):
                unprotected.append(point.charger)
        self._show(unprotected)

    def _needs_none(self, point: ControlPoint) -> None:
        point.connector.limiter.set_fallback(None)
        self._needs_no_setting(point)

    def _needs_no_setting(self, point: ControlPoint) -> None:
        async_clear_issue(self._hass, "goe_fallback", point.charger.subentry_id)

    def _calm(self, key: str, share: float) -> float:
        before = self._shares.get(key)
        if before is not None and before <= share <= before + _CALM_A:
            share = before
        self._shares[key] = share
        return share

    @staticmethod
    def _kept(point: ControlPoint, share: float | None) -> Fallback | None:
        """Return the fall-back that the charger gets with its limits.

        Args:
            point: The connector.
            share: Its safe share of a shared fuse in A; None if it needs none.
        """
        limiter = point.connector.limiter
        if not limiter.keeps_fallback:
            return None
        chosen = point.chosen.get(CONF_FALLBACK, FALLBACK_AUTOMATIC)
        amps: float | None
        match chosen:
            case const.FALLBACK_NEVER:
                amps = None
            case const.FALLBACK_STOP:
                amps = 0.0
            case const.FALLBACK_LEAST:
                amps = limiter.minimum if share is None else min(limiter.minimum, share)
            case _ if limiter.falls_by_itself:
                # Nothing has to be renewed for it.
                amps = limiter.minimum if share is None else share
            case _:
                wears = point.charger.charge_point.quirks.profiles_wear
                amps = None if chosen == FALLBACK_AUTOMATIC and wears else share
        return None if amps is None else Fallback(limit_a=amps, after_s=_AFTER_S)

    def _own_setting(self, point: ControlPoint, share: float) -> bool:
        """Return whether a setting of the charger itself protects the fuse, or could.

        One that could is a repair issue of that charger, which sets it on request.
        """
        charger = point.charger
        if not charger.charge_point.ready:
            # What it can do is not known before it was here.
            return True
        if (current := self.kept_otherwise(charger)) is None:
            async_clear_issue(self._hass, "goe_fallback", charger.subentry_id)
            return False
        if current <= share:
            async_clear_issue(self._hass, "goe_fallback", charger.subentry_id)
            return True
        # The safe share is that of all chargers at any time, so it is told as it is.
        async_raise_issue(
            self._hass,
            "goe_fallback",
            charger.subentry_id,
            fix_data={
                "entry_id": self._entry.entry_id,
                "subentry_id": charger.subentry_id,
                "share": int(share),
            },
            charger=charger.name,
            share=f"{share:g}",
        )
        return True

    def _show(self, unprotected: list[Charger]) -> None:
        named = sorted({charger.name for charger in unprotected})
        if named == self._named:
            return
        self._named = named
        if not named:
            async_clear_issue(self._hass, "fuse_unprotected", self._entry.entry_id)
            return
        async_raise_issue(
            self._hass,
            "fuse_unprotected",
            self._entry.entry_id,
            server=self._entry.title,
            chargers=Markdown("\n".join(f"- {shown(name)}" for name in named)),
        )


def _taken(connector: Connector) -> float:
    """Return what a connector in manual mode may take, in A."""
    return allowed_amps(connector.limiter, connector.limiter.user_intent)

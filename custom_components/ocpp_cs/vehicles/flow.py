"""The subentry flow that adds a vehicle, or changes it."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentry,
    SubentryFlowResult,
)
from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    CONF_ICON,
    CONF_NAME,
    PERCENTAGE,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    UnitOfElectricCurrent,
    UnitOfEnergy,
)
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    IconSelector,
    MediaSelector,
    MediaSelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
import voluptuous as vol

from ..charging.grid import percent_of
from ..const import (
    CONF_CAPACITY,
    CONF_ID_TAG,
    CONF_SOLAR,
    CONF_TARIFF,
    CONF_VEHICLE_SOC,
    CONF_VEHICLE_TARGET,
    SUBENTRY_CHARGER,
    SUBENTRY_ID_TAG,
)
from ..csms.model.tags import tag_key
from ..forms.clock import ClockTime
from ..forms.errors import with_notice
from ..forms.numbers import Number, Price, in_currency, number_problem, opened
from ..forms.subentry import SubentryForm
from ..prices.options import currency_of
from ..prices.tariff_fields import (
    TARIFF_FIELD,
    tariff_data,
    tariff_input,
    tariff_problem,
)
from .model import ConnectedVehicle, Vehicle
from .subentries import (
    CONF_BELOW_PRICE,
    CONF_CAPACITY_KWH,
    CONF_ENERGY_KWH,
    CONF_ID_TAGS,
    CONF_IDENTITIES,
    CONF_LEAST_SOC,
    CONF_LIMIT_SOC,
    CONF_MAX_A,
    CONF_MODE,
    CONF_PHASES,
    CONF_PICTURE,
    CONF_PLAN,
    CONF_PLUGGED_ENTITY,
    CONF_READY_AT,
    CONF_SOC_ENTITY,
    CONF_TARGET_ENTITY,
    CONF_TARGET_SOC,
    CONF_UPLOAD,
    CONF_WEEKDAYS,
    identity_key,
    vehicles_of,
)

SECTION_ENTITIES: Final = "entities"
SECTION_RECOGNITION: Final = "recognition"
SECTION_PLUG: Final = "plug"
SECTION_LOOK: Final = "look"

_PLAN: Final = (CONF_READY_AT, CONF_WEEKDAYS, CONF_LEAST_SOC, CONF_BELOW_PRICE)
"""The fields of the form that are kept in `CONF_PLAN`."""
_SECTIONS: Final = {
    SECTION_ENTITIES: (CONF_SOC_ENTITY, CONF_TARGET_ENTITY, CONF_PLUGGED_ENTITY),
    SECTION_RECOGNITION: (CONF_ID_TAGS, CONF_IDENTITIES),
    SECTION_PLUG: (CONF_MODE, CONF_LIMIT_SOC, CONF_TARGET_SOC, CONF_ENERGY_KWH, *_PLAN),
    SECTION_LOOK: (CONF_ICON, CONF_PICTURE, CONF_UPLOAD),
}
_UPLOADED: Final = "media-source://image_upload/"
_SERVED: Final = "/api/image/serve/"


_TAGS: Final = SelectSelectorConfig(
    options=[],
    multiple=True,
    custom_value=True,
    mode=SelectSelectorMode.DROPDOWN,
)
_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Optional(CONF_CAPACITY_KWH): Number(1, 300, UnitOfEnergy.KILO_WATT_HOUR),
        vol.Optional(CONF_PHASES): SelectSelector(
            SelectSelectorConfig(
                options=["1", "2", "3"],
                mode=SelectSelectorMode.DROPDOWN,
                translation_key="vehicle_phases",
            )
        ),
        vol.Optional(CONF_MAX_A): Number(6, 80, UnitOfElectricCurrent.AMPERE),
        vol.Optional(SECTION_ENTITIES): section(
            vol.Schema(
                {
                    vol.Optional(CONF_SOC_ENTITY): EntitySelector(
                        EntitySelectorConfig(
                            domain=["sensor", "number", "input_number"]
                        )
                    ),
                    vol.Optional(CONF_TARGET_ENTITY): EntitySelector(
                        EntitySelectorConfig(
                            domain=["number", "input_number", "sensor"]
                        )
                    ),
                    vol.Optional(CONF_PLUGGED_ENTITY): EntitySelector(
                        EntitySelectorConfig(domain=["binary_sensor", "input_boolean"])
                    ),
                }
            ),
            {"collapsed": False},
        ),
        vol.Optional(SECTION_RECOGNITION): section(
            vol.Schema(
                {
                    vol.Optional(CONF_ID_TAGS): SelectSelector(_TAGS),
                    vol.Optional(CONF_IDENTITIES): TextSelector(
                        TextSelectorConfig(multiple=True)
                    ),
                }
            ),
            {"collapsed": False},
        ),
        vol.Optional(SECTION_PLUG): section(
            vol.Schema(
                {
                    vol.Optional(CONF_MODE): SelectSelector(
                        SelectSelectorConfig(
                            options=["manual", "off", "fast", "min_solar", "solar"],
                            mode=SelectSelectorMode.DROPDOWN,
                            translation_key="vehicle_mode",
                        )
                    ),
                    vol.Optional(CONF_LIMIT_SOC): Number(1, 100, PERCENTAGE),
                    vol.Optional(CONF_TARGET_SOC): Number(1, 100, PERCENTAGE),
                    vol.Optional(CONF_ENERGY_KWH): Number(
                        0.1, 200, UnitOfEnergy.KILO_WATT_HOUR
                    ),
                    vol.Optional(CONF_READY_AT): ClockTime(),
                    vol.Optional(CONF_WEEKDAYS): SelectSelector(
                        SelectSelectorConfig(
                            options=[
                                "mon",
                                "tue",
                                "wed",
                                "thu",
                                "fri",
                                "sat",
                                "sun",
                            ],
                            multiple=True,
                            mode=SelectSelectorMode.DROPDOWN,
                            translation_key="weekdays",
                        )
                    ),
                    vol.Optional(CONF_LEAST_SOC): Number(1, 100, PERCENTAGE),
                    vol.Optional(CONF_BELOW_PRICE): Price(-1000, 100_000),
                }
            ),
            {"collapsed": True},
        ),
        **TARIFF_FIELD,
        vol.Optional(SECTION_LOOK): section(
            vol.Schema(
                {
                    vol.Optional(CONF_ICON): IconSelector(),
                    vol.Optional(CONF_PICTURE): TextSelector(),
                    vol.Optional(CONF_UPLOAD): MediaSelector(
                        MediaSelectorConfig(accept=["image/*"], image_upload=True)
                    ),
                }
            ),
            {"collapsed": True},
        ),
    }
)


class VehicleFlow(SubentryForm):
    """Adds a vehicle, or changes it."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for everything about a new vehicle."""
        return self._async_ask("user", user_input, None)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the data of a vehicle that exists."""
        return self._async_ask(
            "reconfigure", user_input, self._get_reconfigure_subentry()
        )

    def _async_ask(
        self,
        step_id: str,
        user_input: dict[str, Any] | None,
        changing: ConfigSubentry | None,
    ) -> SubentryFlowResult:
        """Show the form, or store what was entered."""
        schema = self._schema()
        errors, words = number_problem(schema, user_input or {})
        others = {} if changing is None else self._changed_by_others(changing)
        if user_input is not None:
            data = _data(user_input)
            problem, names = self._problem(user_input, data, changing)
            tariff = None if changing is None else changing.data.get(CONF_TARIFF)
            errors = others | problem | tariff_problem(user_input, tariff) | errors
            words |= names
            if not errors:
                title = user_input[CONF_NAME].strip()
                if changing is None:
                    return self.async_create_entry(title=title, data=data)
                return self.async_update_and_abort(
                    self._get_entry(), changing, title=title, data=data
                )
            shown = user_input
        else:
            shown = self._with_capacity(
                changing, self._usual() if changing is None else _shown(changing)
            )
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                opened(schema, errors), shown
            ),
            errors=with_notice(schema, errors),
            description_placeholders=words,
        )

    def _schema(self) -> vol.Schema:
        """Return the form, with the known tags and the currency."""
        tags = [
            SelectOptionDict(value=one.data[CONF_ID_TAG], label=one.title)
            for one in self._get_entry().get_subentries_of_type(SUBENTRY_ID_TAG)
        ]
        recognition: section = _SCHEMA.schema[SECTION_RECOGNITION]
        fields = dict(recognition.schema.schema) | {
            vol.Optional(CONF_ID_TAGS): SelectSelector({**_TAGS, "options": tags})
        }
        if here := self._connected():
            # Nobody has to type the id of a car that is plugged in.
            fields[vol.Optional(CONF_IDENTITIES)] = SelectSelector(
                {
                    **_TAGS,
                    "options": [
                        SelectOptionDict(value=one.evccid, label=one.label)
                        for one in here
                    ],
                }
            )
        form = vol.Schema(
            dict(_SCHEMA.schema)
            | {
                vol.Optional(SECTION_RECOGNITION): section(
                    vol.Schema(fields), recognition.options
                )
            }
        )
        usual = self.hass.config.currency
        return in_currency(form, currency_of(self._get_entry().options, usual))

    def _connected(self) -> list[ConnectedVehicle]:
        """Return the cars that are plugged in and tell their id."""
        entry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return []
        found: list[ConnectedVehicle] = entry.runtime_data.vehicles.connected()
        return found

    def _with_capacity(
        self, changing: ConfigSubentry | None, shown: dict[str, Any]
    ) -> dict[str, Any]:
        """Return what is shown, with the capacity and id of the car that is meant.

        It is the one that was recognised, or while one is added the only stranger.
        """
        here = self._connected()
        if changing is not None:
            meant = [one for one in here if one.vehicle_id == changing.subentry_id]
        else:
            meant = [one for one in here if not one.is_known]
        if len(meant) != 1:
            return shown
        (car,) = meant
        if car.capacity_kwh is not None:
            shown = {CONF_CAPACITY_KWH: car.capacity_kwh} | shown
        if changing is None:
            told = {CONF_IDENTITIES: [car.evccid]}
            shown = shown | {
                SECTION_RECOGNITION: told | shown.get(SECTION_RECOGNITION, {})
            }
        return shown

    def _usual(self) -> dict[str, Any]:
        """Return what the form of a charger tells of a car that is no vehicle yet."""
        known = {one.soc_entity for one in vehicles_of(self._get_entry())}
        for charger in self._get_entry().get_subentries_of_type(SUBENTRY_CHARGER):
            form: Mapping[str, Any] = charger.data.get(CONF_SOLAR) or {}
            soc = form.get(CONF_VEHICLE_SOC)
            if (soc and soc not in known) or (not known and form.get(CONF_CAPACITY)):
                told = {
                    CONF_CAPACITY_KWH: form.get(CONF_CAPACITY),
                    CONF_SOC_ENTITY: soc,
                    CONF_TARGET_ENTITY: form.get(CONF_VEHICLE_TARGET),
                }
                return _sectioned({key: one for key, one in told.items() if one})
        return {}

    def _problem(
        self,
        user_input: Mapping[str, Any],
        data: Mapping[str, Any],
        changing: ConfigSubentry | None,
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Return the errors of a form, and the placeholders of their texts."""
        errors: dict[str, str] = {}
        words: dict[str, str] = {}
        if not user_input[CONF_NAME].strip():
            errors[CONF_NAME] = "name_missing"
        entities = [
            one
            for key in _SECTIONS[SECTION_ENTITIES]
            if (one := data.get(key)) is not None
        ]
        if len(set(entities)) != len(entities):
            errors[SECTION_ENTITIES] = "vehicle_same_entity"
        elif (strange := self._no_percentage(data)) is not None:
            errors[SECTION_ENTITIES] = "not_a_percentage"
            words |= {"entity": strange}
        for other in vehicles_of(self._get_entry()):
            if changing is not None and other.id == changing.subentry_id:
                continue
            if shared := _shared(data, other):
                errors |= shared
                words |= {"vehicle": other.name}
        needs_soc = data.get(CONF_TARGET_SOC) or data.get(CONF_PLAN, {}).get(
            CONF_LEAST_SOC
        )
        if needs_soc and CONF_CAPACITY_KWH not in data:
            errors[SECTION_PLUG] = "capacity_missing"
        if not _is_picture(data.get(CONF_PICTURE)):
            errors[SECTION_LOOK] = "picture_invalid"
        return errors, words

    def _no_percentage(self, data: Mapping[str, Any]) -> str | None:
        """Return the name of an entity that tells no percentage; one that is silent may."""
        for entity_id in (data.get(CONF_SOC_ENTITY), data.get(CONF_TARGET_ENTITY)):
            state = self.hass.states.get(entity_id or "")
            if state is None or state.state in (STATE_UNKNOWN, STATE_UNAVAILABLE):
                continue
            unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
            if (
                unit not in (None, PERCENTAGE)
                or percent_of(self.hass, entity_id) is None
            ):
                return str(state.name)
        return None


def _shared(data: Mapping[str, Any], other: Vehicle) -> dict[str, str]:
    """Return the error if another vehicle is recognised by the same."""
    if {tag_key(one) for one in data.get(CONF_ID_TAGS, ())} & set(other.id_tags):
        return {SECTION_RECOGNITION: "tag_of_other_vehicle"}
    mine = {identity_key(one) for one in data.get(CONF_IDENTITIES, ())}
    if mine & set(other.identities):
        return {SECTION_RECOGNITION: "identity_of_other_vehicle"}
    return {}


def _data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data for the subentry; fields that are empty are left out."""
    flat: dict[str, Any] = {}
    for key, value in user_input.items():
        if key in _SECTIONS:
            flat |= value
        elif key not in (CONF_NAME, CONF_TARIFF):
            flat[key] = value
    for key in (CONF_ID_TAGS, CONF_IDENTITIES):
        flat[key] = [one.strip() for one in flat.get(key) or () if one.strip()]
    uploaded = (flat.pop(CONF_UPLOAD, None) or {}).get("media_content_id")
    if uploaded is not None:
        flat[CONF_PICTURE] = (
            f"{_SERVED}{uploaded.removeprefix(_UPLOADED)}/512x512"
            if uploaded.startswith(_UPLOADED)
            else uploaded
        )
    if (picture := flat.get(CONF_PICTURE)) is not None:
        flat[CONF_PICTURE] = picture.strip()
    plan = {key: flat.pop(key, None) for key in _PLAN}
    flat[CONF_PLAN] = {
        key: value for key, value in plan.items() if value not in (None, [], "")
    }
    flat |= tariff_data(user_input)
    return {
        key: value for key, value in flat.items() if value not in (None, "", [], {})
    }


def _sectioned(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return data as the form shows it, with its fields in their sections."""
    section_of = {key: name for name, keys in _SECTIONS.items() for key in keys}
    shown: dict[str, Any] = {}
    for key, value in data.items():
        if (name := section_of.get(key)) is None:
            shown[key] = value
        else:
            shown.setdefault(name, {})[key] = value
    return shown


def _shown(subentry: ConfigSubentry) -> dict[str, Any]:
    """Return a vehicle as its form shows it."""
    data = dict(subentry.data)
    plan = data.pop(CONF_PLAN, None) or {}
    tariff = tariff_input(data)
    data.pop(CONF_TARIFF, None)
    return {
        CONF_NAME: subentry.title,
        **_sectioned(data | dict(plan)),
        **tariff,
    }


def _is_picture(picture: str | None) -> bool:
    """Return whether a text is the address of a picture, here or on the web."""
    if picture is None:
        return True
    try:
        parts = urlsplit(picture)
    except ValueError:
        return False
    if parts.scheme:
        return parts.scheme in {"http", "https"} and bool(parts.netloc)
    return picture.startswith("/") and not parts.netloc

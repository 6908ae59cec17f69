"""Hypothesis strategies: payloads that follow a schema, and ones that nearly do."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | st.sampled_from(
        ["", " ", "1", "1.0", "-1", "1,5", "NaN", "1e400", "true", "Occupied", "kwh"]
    )
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def payloads(definition: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Make payloads that satisfy a schema."""
    match definition["type"]:
        case "object":
            properties = definition.get("properties", {})
            required = definition.get("required", ())
            return st.fixed_dictionaries(
                {key: payloads(properties[key]) for key in required},
                optional={
                    key: payloads(inner)
                    for key, inner in properties.items()
                    if key not in required
                },
            )
        case "array":
            return st.lists(
                payloads(definition["items"]),
                min_size=definition.get("minItems", 0),
                max_size=3,
            )
        case "string":
            if "enum" in definition:
                return st.sampled_from(definition["enum"])
            if definition.get("format") == "date-time":
                return st.datetimes(
                    datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)
                ).map(datetime.isoformat)
            return st.text(max_size=min(definition.get("maxLength", 30), 30))
        case "integer":
            return st.integers(-(2**31), 2**31)
        case "number":
            return st.integers(-(10**6), 10**6).map(lambda number: number / 10)
        case "boolean":
            return st.booleans()
    raise NotImplementedError(definition["type"])


@st.composite
def mutated(draw: st.DrawFn, definition: dict[str, Any]) -> Any:
    """Make payloads with up to three things wrong with them, or none."""
    payload = draw(payloads(definition))
    for _ in range(draw(st.integers(0, 3))):
        payload = draw(_mutation(payload))
    return payload


@st.composite
def _mutation(draw: st.DrawFn, payload: Any) -> Any:
    places = list(_places(payload, ()))
    place = draw(st.sampled_from(places))
    how = draw(st.sampled_from(["replace", "drop", "add", "wrap", "spell", "long"]))
    value = _at(payload, place)
    if how == "add" and isinstance(value, dict):
        new: Any = {**value, draw(st.text(max_size=5)): draw(SCALARS)}
    elif how == "drop" and isinstance(value, dict) and value:
        gone = draw(st.sampled_from(sorted(value)))
        new = {key: item for key, item in value.items() if key != gone}
    elif how == "drop" and isinstance(value, list):
        new = value[1:]
    elif how == "wrap":
        new = [value]
    elif how == "spell" and isinstance(value, str):
        new = draw(
            st.sampled_from([value.upper(), f" {value}", value.replace(".", "_")])
        )
    elif how == "long" and isinstance(value, str):
        new = value + "x" * draw(st.sampled_from([1, 20, 60, 600]))
    else:
        new = draw(JSON)
    return _replaced(payload, place, new)


def _places(value: Any, path: tuple[Any, ...]) -> Any:
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, (*path, index))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def _replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    step, *rest = path
    if isinstance(value, dict):
        return {**value, step: _replaced(value[step], tuple(rest), new)}
    return [
        _replaced(item, tuple(rest), new) if index == step else item
        for index, item in enumerate(value)
    ]

"""Read the values of variables, which are all texts."""

from ...model.capabilities import MOST_TOLD


def number(text: str | None, most: int = MOST_TOLD) -> int | None:
    """Return a whole number that is from 0 to `most`; None if it is none."""
    try:
        read = int(text or "")
    except ValueError:
        return None
    return read if 0 <= read <= most else None


def truth(text: str | None) -> bool | None:
    """Return a boolean, which some write as a digit; None if it is none."""
    match (text or "").strip().casefold():
        case "true" | "1":
            return True
        case "false" | "0":
            return False
    return None


def members(text: str | None) -> list[str]:
    """Return the members of a list that is separated by commas."""
    return [one for part in (text or "").split(",") if (one := part.strip())]


def words(text: str | None) -> frozenset[str]:
    """Return the members of a list, without order and case."""
    return frozenset(one.casefold() for one in members(text))

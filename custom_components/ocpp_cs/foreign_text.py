"""What others said, fit to be shown: chargers, handshakes, announcements, files.

Forms, cards, repairs and notifications of Home Assistant are Markdown, in which a text
can be a link, a picture, or look like Home Assistant's own words. So what comes from
outside stands there as code, between backticks: those that the translations have
around a placeholder, or those of `shown`. Titles are no Markdown.
"""

_LONGEST = 100

SENTENCE = 300
"""How long a sentence of ours may be in which somebody is quoted."""


class Markdown(str):
    """A text that was put together here and may go into Markdown as it is."""

    __slots__ = ()


def plain(text: object, longest: int = _LONGEST) -> str:
    """Return what somebody said as one line that cannot end the code around it.

    What would divide the cells of a table goes as well.
    """
    told = str(text)
    cleaned = "".join(
        letter if letter.isprintable() and letter not in "`|" else " "
        for letter in told[: longest + 1]
    ).strip()
    return f"{cleaned[:longest].strip()}…" if len(told) > longest else cleaned


def shown(text: object, longest: int = _LONGEST) -> Markdown:
    """Return what somebody said as code; a dash if that is nothing."""
    return Markdown(f"`{cleaned}`" if (cleaned := plain(text, longest)) else "–")


def for_markdown(**values: str) -> dict[str, str]:
    """Return what a text is filled with: all that is not `Markdown` is cleaned.

    Between backticks there has to be something.
    """
    return {
        name: str(value) if isinstance(value, Markdown) else plain(value) or "–"
        for name, value in values.items()
    }

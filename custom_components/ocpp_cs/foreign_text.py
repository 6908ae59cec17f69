"""Sanitizing of text from chargers, handshakes, announcements and files for display.

Forms, cards, repairs and notifications of Home Assistant are Markdown, in which a text
can be a link, an image, or imitate Home Assistant's own text. So text from outside is
shown as code, between backticks: either those around a placeholder in the translations,
or those of `shown`. Titles are not Markdown.
"""

_LONGEST = 100

SENTENCE = 300
"""The maximum length of one of our sentences that quotes foreign text."""


class Markdown(str):
    """A text that was composed by the integration and is safe as Markdown."""

    __slots__ = ()


def plain(text: object, longest: int = _LONGEST) -> str:
    """Return foreign text as one line that cannot end the code span around it.

    Characters that separate the cells of a table are removed, too.
    """
    told = str(text)
    cleaned = "".join(
        letter if letter.isprintable() and letter not in "`|" else " "
        for letter in told[: longest + 1]
    ).strip()
    return f"{cleaned[:longest].strip()}…" if len(told) > longest else cleaned


def shown(text: object, longest: int = _LONGEST) -> Markdown:
    """Return foreign text as a code span; a dash if it is empty."""
    return Markdown(f"`{cleaned}`" if (cleaned := plain(text, longest)) else "–")


def for_markdown(**values: str) -> dict[str, str]:
    """Return placeholders for a translation; all but `Markdown` is sanitized.

    Empty values become a dash, as a code span needs content.
    """
    return {
        name: str(value) if isinstance(value, Markdown) else plain(value) or "–"
        for name, value in values.items()
    }

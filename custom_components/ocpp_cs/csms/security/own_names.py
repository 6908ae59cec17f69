"""How the id and the serial number of a charge point are compared with other names.

They are on labels, in certificates and in messages, each written a little differently.
All comparisons have to be the same: what counts as another name in one place must not
count as the charge point's own in the next.
"""

import re

_AROUND = re.compile(r"\A[\s\0]+|[\s\0]+\Z")


def bare(name: str | None) -> str:
    """Return a name without the spaces and the NUL bytes around it."""
    return _AROUND.sub("", name or "")


def plain(name: str | None) -> str:
    """Return a name as it is compared: also without regard to capitals."""
    return bare(name).casefold()

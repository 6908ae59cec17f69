"""OCPP 1.6, as the registry of versions has it."""

from functools import cache
from importlib.resources import files

from ..schema.schemas import Schemas, read_schemas
from ..session import Version
from ..wire.frames import Dialect
from .aliases import ERROR_CODES, WORDING
from .commands import V16Commands
from .inbound import Inbound
from .setup import Setup

DIALECT = Dialect(violations=ERROR_CODES)


@cache
def load_schemas() -> Schemas:
    """Read the schemas of OCPP 1.6 and its security extension, once.

    Blocking. Does not import `ocpp.v16`, which costs a tenth of a second.
    """
    return read_schemas(files("ocpp") / "v16" / "schemas", request="", wording=WORDING)


def load_version() -> Version[V16Commands]:
    """Return OCPP 1.6. Blocking, as it reads the schemas."""
    return Version(
        subprotocol="ocpp1.6",
        dialect=DIALECT,
        schemas=load_schemas(),
        inbound=Inbound,
        commands=V16Commands,
        wanted=Setup.wanted,
        set_up=Setup.run_for,
    )

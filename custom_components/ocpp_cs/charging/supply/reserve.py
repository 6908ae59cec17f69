"""The state of charge that is kept in a vehicle, whatever the house needs."""

from collections.abc import Mapping
from typing import Any, Final

from ...chargers.store import Memory
from ...csms.connector import Connector
from ...smart_charging.numbers import number

USUAL_SOC: Final = 50.0
"""What is kept until its user says something else."""
_RECORD: Final = "discharge_reserve"


class Reserves:
    """The reserves of a server's connectors, which survive a restart.

    The watchable field `discharge_reserve` of a connector changes with its reserve.
    """

    def __init__(self, memory: Memory) -> None:
        """Start with what is stored."""
        self._memory = memory

    def of(self, connector: Connector) -> float:
        """Return the state of charge in % that is kept."""
        soc = number(self._records(connector).get(str(connector.number)))
        return soc if soc is not None and 0 <= soc <= 100 else USUAL_SOC

    def set(self, connector: Connector, soc: float) -> None:
        """Keep another state of charge in % from now on."""
        records = {**self._records(connector), str(connector.number): soc}
        self._memory.async_set(connector.charge_point.id, _RECORD, records)
        connector.mark("discharge_reserve")

    def _records(self, connector: Connector) -> Mapping[str, Any]:
        stored = self._memory.get(connector.charge_point.id, _RECORD)
        return stored if isinstance(stored, Mapping) else {}

"""A central system in a process of its own: `killable.py FOLDER BOOKS PORT`.

FOLDER is where the package `csms` is; it needs no Home Assistant.
"""

import asyncio
from pathlib import Path
import sys


async def main(books: Path, port: int) -> None:
    from csms.central_system import (  # type: ignore[import-not-found]
        CentralSystem,
        CentralSystemSettings,
        load_versions,  # type: ignore[import-not-found]
    )
    from csms.model.model import Admission, ChargePointSettings  # type: ignore[import-not-found]
    from csms.transactions.ledger import Ledger  # type: ignore[import-not-found]
    from csms.transactions.writer import StoreWriter  # type: ignore[import-not-found]

    ledger = Ledger(StoreWriter(books))
    await ledger.load()
    central_system = CentralSystem(
        CentralSystemSettings(host="127.0.0.1", port=port),
        ledger=ledger,
        versions=load_versions(),
        admit_unknown=lambda charge_point_id: Admission.REFUSED,
        on_pending=lambda charge_point: None,
    )
    central_system.adopt("CP1", ChargePointSettings())
    await central_system.start()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    # Last: beside `csms` there are modules with names of the standard library's.
    sys.path.append(sys.argv[1])
    asyncio.run(main(Path(sys.argv[2]), int(sys.argv[3])))

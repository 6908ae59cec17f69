"""go-eCharger over its local HTTP API v2: read, set up for OCPP, check, restore.

Nothing here depends on Home Assistant or the central system. The modules, in the order
of a set-up:

    discovery.py   `discovered(...)`: identifies a go-eCharger in mDNS data
    address.py     `parse_host` for an entered address; `own_address` of this machine as seen
                   by the charger; `charge_url` for `ocppu`
    client.py      `GoEClient`: reads keys, writes keys, one request at a time
    values.py      parses untrusted JSON, and compares values
    enums.py       the numbers of the API by name
    model.py       the typed values: `Identity`, `Firmware`, `OcppState`, `GoEState`, `GoEStatus`
    settings.py    the keys that are changed, and their types
    plan.py        `make_plan(state, wishes)`: the changes, their order and their reasons
    connection.py  `wait_for_ocpp` after a change, and `classify` for errors
    apply.py       `apply(client, plan)` with progress; undoes everything if it fails
    restore.py     `Backup` (part of the subentry's data) and `restore(client, backup)`
    drift.py       `findings(...)`: the differences from the set-up
    errors.py      the exceptions

A charger handles one request at a time and stores written values in flash: share one
`GoEClient` per charger, poll it slowly (`status()`, 60 s), and never write cyclically.
While OCPP is in control, use HTTP for reading only.
"""

"""go-eCharger over its local HTTP API v2: found, read, set up for OCPP, watched, put back.

Nothing here knows Home Assistant or the central system. The rooms, in the order in
which a set-up goes through them:

    discovery.py   `discovered(...)`: is what mDNS shows a go-e, and which one
    address.py     `parse_host` what a user types; `own_address` as the charger sees us;
                   `charge_url` what goes into `ocppu`
    client.py      `GoEClient`: reads keys, writes keys, one request at a time
    values.py      JSON that is not trusted, and whether two values are the same
    enums.py       the numbers of the API by name
    model.py       what is read, typed: `Identity`, `Firmware`, `OcppState`, `GoEState`, `GoEStatus`
    settings.py    the keys that are changed, and what they take
    plan.py        `make_plan(state, wishes)`: which keys change, in which order, and why
    connection.py  `wait_for_ocpp` after a change, and `classify` why it does not come
    apply.py       `apply(client, plan)` with progress; undoes all when it fails half-way
    restore.py     `Backup` (goes into the subentry's data) and `restore(client, backup)`
    drift.py       `findings(...)`: is the charger still ours
    errors.py      what can go wrong, typed

A charger takes one request at a time and stores what it is told in flash: share one
`GoEClient` per charger, poll it slowly (`status()`, 60 s), and never write cyclically.
While OCPP controls, HTTP is for reading.
"""

"""Set-up of a go-eCharger from its address, and supervision over its HTTP API.

The HTTP client is in goe/. The files, from the bottom to the top; each imports only
those above it:

    client.py        creates HTTP clients for chargers
    store.py         records of the settings before: on disk before the first change
    moves.py         checks whether a charger has really moved to another address
    rollback.py      undoes unfinished set-ups, and restores removed chargers
    setup.py         one set-up: its stages, from the first read to the subentry
    forms.py         the forms' fields        texts.py   go-e's names and numbers as texts
    flow.py          the steps, shared by all flows
    coordinator.py   polls the set-up chargers every minute, and raises repair issues
    raising.py       raises and lowers the security level, and renews certificates
    charger_flow.py  the steps in the subentry flow of a server, and restoring the settings
    discovery.py     the discovery of a charger with mDNS, and a server that is made for it
    diagnostics.py   the HTTP part of a charger's diagnostics
"""

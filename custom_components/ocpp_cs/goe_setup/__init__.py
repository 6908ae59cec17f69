"""Setting up a go-eCharger from its address, and looking after it over HTTP.

What talks to the charger is in goe/. The files, from the bottom to the top; each imports only those above it:

    client.py        how chargers are reached from here
    store.py         what chargers had before: on the disk before the first change
    moves.py         whether a charger has really moved to another address
    rollback.py      puts back what was left unfinished, or is given back
    setup.py         one set-up: its stages, from the first look to the subentry
    forms.py         the forms' fields        texts.py   go-e's names and numbers in words
    flow.py          the steps, for whatever flow is given them
    coordinator.py   chargers that are set up: read every minute, with repairs for what differs
    charger_flow.py  the steps in the flow of a server's chargers, and putting settings back
    discovery.py     the card of a charger that mDNS shows, and a server that is made for it
    diagnostics.py   what the diagnostics of a charger tell of its HTTP side
"""

"""Block E: transactions (E16, E17)."""

E16 = """
01 S A limit that is set or changed at the station is told once
02 C A limit of ours is in the first answer that is possible, once for each change
03 S The station confirms the limits that it knows
04 S Nobody at the station sets more than we have set
05 S At a limit the energy stops, with the reason of that limit
06 S At a limit the transaction ends, where TxStopPoint says so, with that reason
07 C We may answer a limit of the station with ours, and have the last word
08 C We do not answer with ours if that of the station is not higher
09 S A limit of the time counts from the start of the transaction
10 S A limit that is exceeded already stops the energy at once
11 C A station without a tariff is told the cost while a limit of the cost is set
12 C Only what SupportedLimits names is told
13 S A limit that the station does not know is not confirmed
14 S A limit that is raised lets the energy flow again
15 S The station takes the cost that we tell for the limit of the cost
16 S With a tariff the station takes the cost that it calculates
17 C A limit is lifted by one so high that it does not matter
18 C Events of a time without a connection are not taken as a confirmation
19 S The station does not exceed a limit for the steps of its meter
20 S The station may report a limit that it does not know
"""

E17 = """
01 S The station keeps what it needs to resume a transaction
02 S The time counts from the interruption
10 S After a short interruption the transactions go on
11 S They go on in the state of before
12 S They go on without energy, where the station must not resume that
13 S Those without energy stay so
14 S The station tells that a transaction goes on
15 C A profile of that transaction is sent again, unless the station keeps it
16 S Without a vehicle a transaction goes on idle
17 S It ends as usual, if the vehicle has left
18 S The energy flows again after a time by chance
20 S After a long interruption the transactions end
21 S They end with the reason PowerLoss
22 S They end with the reason Reboot, if the station was the cause
"""

USE_CASES: dict[str, tuple[str, str]] = {
    "E16": ("Transactions with a limit of cost, energy, state of charge or time", E16),
    "E17": ("Transactions that go on after an interruption", E17),
}
"""Use case -> its title and its requirements."""

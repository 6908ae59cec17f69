"""Block I: tariffs and costs (I07 to I12)."""

I07 = """
01 S A station that calculates no costs answers with an error
02 S A tariff with too many prices is refused as such
03 S A tariff with conditions is refused as such where the station knows none
04 S A tariff whose id is there already is refused as such
05 S A tariff that makes no sense is refused
06 S A tariff for an EVSE that is not there is refused
10 S Any other tariff is accepted
11 S A tariff for an EVSE is installed there
12 S A tariff for EVSE 0 is installed at all of them
13 S Default tariffs outlast a restart
14 S Who has no other tariff is charged by the default one
17 C Times of day and dates in conditions are local
18 - The time from which a tariff is valid is that of the system :: ours are valid at once
19 S A tariff does not count before it is valid
20 S A tariff that becomes valid replaces one without a time
21 S A tariff that becomes valid replaces an older one
22 S A tariff without a time replaces another one without
23 S A tariff that becomes valid later stays beside an earlier one
24 S A session goes on with the tariff that it began with
30 S Who does not accept the tariff of a session is not charged
31 S Who does not accept the tariff before a session is not charged
32 S The id of the tariff is told once
"""

I08 = """
01 C Who has a tariff of their own gets it with the authorization
04 S That tariff counts for this session only
05 S It is kept in the cache of the station
06 S It is removed after the session
07 S It is in use from the authorization on
08 C Tariffs that differ have ids that differ
09 C It has no time from which it is valid
10 S Such a time is ignored
20 S Who does not accept it in a session is not charged
21 S Who does not accept it before a session is not charged
22 S Its id is told once
30 S A tariff that cannot be used is a problem of the station
31 S Then nobody is charged, if it is set so
32 S Then the default tariff counts, if it is set so
33 S Then the station calculates nothing, if it is set so
34 C Then the central system tells the cost
35 S With the next tariff that can be used the problem is over
36 S That is told
37 S That problem is told
"""

I09 = """
01 S Asked for EVSE 0, all tariffs are told
02 S Asked for an EVSE, those of it are told
03 S Without any, the answer says so
04 S Default tariffs have the EVSEs where they are
05 S Those of drivers have their tokens
06 S Those of sessions have their EVSE
07 S The time from which a tariff is valid is told
"""

I10 = """
01 S Without parameters all default tariffs go
02 S Those with the given ids go
03 S Those of the given EVSE go
05 S With both, those that fit both go
06 S Without any that fits, the answer says so
07 S A session goes on with a tariff that was cleared
"""

I11 = """
01 S A station that calculates no costs answers with an error
02 S A tariff with too many prices is refused as such
03 S A tariff with conditions is refused as such where the station knows none
04 S For a session that does not run it is refused as such
05 S Another currency is refused as such
06 S Any other change is accepted
07 S The station tells the change with the id of the new tariff
08 S The new tariff counts from then on
"""

I12 = """
01 S The last event of a session has its cost
02 S Running costs are told in an interval, if it is set so
03 S An event that tells no more says so
04 S Each period has the id of its tariff
05 S Fixed prices are told apart
06 S What a reservation costs is found out once
07 S The cost of the time of a reservation is told apart
08 S The fixed cost of a reservation is told apart
09 S The cost of energy is told apart
10 S The cost of time is told apart
11 S The cost of standing is told apart
12 S Prices have a part without taxes
13 S Taxes are added one after the other
14 S What cannot be calculated is told as such
15 S It need not be told again then
16 S The currency is that of the tariff
17 S The total is the sum of all
18 S What cannot be calculated is a problem of the station
19 S That problem is told
30 S Fixed prices are found out once
31 S Conditions are looked at in an interval
32 S Or as often as possible
33 S All prices that apply are found
34 S The first one of each kind counts
35 S Another one ends a period
36 S Another one begins a period
37 S Times of day follow the local time
38 S The least cost replaces a lower one
39 S Nothing is added beyond the most cost
40 S Energy and time are counted on
41 S Any other cost is a normal one
42 S It is complete before the last event
43 S With the next success the problem is over
44 S That is told
"""

USE_CASES: dict[str, tuple[str, str]] = {
    "I07": ("Costs by the station: default tariff", I07),
    "I08": ("Costs by the station: tariff of a driver", I08),
    "I09": ("Costs by the station: which tariffs it has", I09),
    "I10": ("Costs by the station: tariffs are cleared", I10),
    "I11": ("Costs by the station: another tariff within a session", I11),
    "I12": ("Costs by the station: what a session costs", I12),
}
"""Use case -> its title and its requirements."""

"""Block K: smart charging (K21, K22, K28)."""

K21 = """
01 S Without a profile for priority the answer is NoProfile
02 S For a transaction that does not run the answer is Rejected
03 S With such a profile the answer is Accepted
04 S The profile for priority counts instead of the others
05 S The station tells that priority begins
06 S The end of priority is accepted
07 S The other profiles count again
08 S The station tells that priority ends
09 C What the station tells is answered
10 C UsePriorityCharging can be sent
"""

K22 = """
01 S Without a profile for priority the button of the station says so
02 S With such a profile the button applies it instead of the others
03 S The station tells that priority begins
04 S Priority ends at the station
05 S The station tells that priority ends
06 C What the station tells is answered
"""

K01 = """
96 C Profiles in local time, and with a delay by chance, can be sent
101 S A profile that ends offline is not valid once it is offline for longer
102 S With the connection it is valid again, unless it is to stay invalid
103 S Without such an end it is valid offline as well
104 C Profiles that end offline can be sent, also those that then stay invalid
105 C Profiles with a lower limit from a state of charge on can be sent
123 S Local time is refused where it is not supported
124 S A delay by chance is refused where it is not supported
125 S A limit from a state of charge on is refused where it is not supported
"""

K29 = """
01 C A dynamic profile of somebody else has one schedule with one period
02 C That period starts at 0
03 S What somebody else limits is the limit of a profile that leaves it to him
04 C A limit of somebody else may be told as a dynamic profile
05 S It is updated with each new limit
06 S The time of the update is noted
"""

K28 = """
01 C A dynamic profile has one schedule with one period
02 C That period starts at 0
03 S Another dynamic profile is refused
04 C The interval of updates is given with a dynamic profile only, others are refused
05 S The time of the update is that of the profile at first
06 S An update of a dynamic profile is accepted, and applies at once
07 C A station that asks for an update of a dynamic profile gets its values
08 S The values of such an answer apply at once
09 S The time of the update is noted
10 S The station asks for an update once the interval is over
11 S An update of another profile is refused
12 C Asked for another profile, or one that is not there, the answer is Rejected
13 S A dynamic profile with a duration ends when no update comes for so long
14 S With the next update it is valid again
15 S The duration counts from the last update
"""

USE_CASES: dict[str, tuple[str, str]] = {
    "K21": ("Priority charging on request", K21),
    "K22": ("Priority charging by a button of the station", K22),
    "K01": ("Charging profiles: what is new in 2.1", K01),
    "K28": ("Dynamic charging profiles from the central system", K28),
    "K29": ("Dynamic charging profiles from elsewhere", K29),
}
"""Use case -> its title and its requirements."""

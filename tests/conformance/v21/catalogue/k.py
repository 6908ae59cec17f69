"""Block K: smart charging (K21, K22, K28)."""

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
    "K28": ("Dynamic charging profiles from the central system", K28),
}
"""Use case -> its title and its requirements."""

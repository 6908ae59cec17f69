"""Block Q: bidirectional charging (Q01 to Q12)."""

Q01 = """
01 C The answer to a card names the ways of energy transfer that the vehicle may choose
02 S The id of the vehicle is told with the start of its transaction
03 S The needs of the vehicle name the way that was agreed on, and those that it has
04 - A way that is not accepted is answered with Rejected :: that would end the transaction; a vehicle that has agreed to discharge although nobody allows it is told to charge only
05 S After a refusal the station negotiates anew
06 S If it does not, it ends the transaction
07 C A way that is accepted is answered with Accepted or Processing, and a profile follows
08 C The answer has no such list if it cannot be determined
09 S Without a list, the default way is used first
30 S The operation modes are reported
31 S Charging only, central setpoint and central frequency are supported
32 S The ways of energy transfer are reported
33 S The measurands of an operation mode are told when a transaction starts
34 S They are told when it ends
35 S They are told while it runs
36 S The connected vehicle is a component of the device model
"""

Q02 = """
01 C A vehicle that has not agreed to discharge gets a profile for charging only
02 C Such a profile has neither setpoints nor limits of discharging
03 C The answer to a card has no list if it cannot be determined
04 S Without a list, the default way is used first
05 C When what is allowed changes, the station is told for the transaction
06 S It accepts that, and negotiates with the vehicle anew
07 S It then tells the needs of the vehicle again
"""

Q03 = """
01 C Setpoints are sent as periods in the mode of a central setpoint
02 C Such a period has no limits
"""

Q05 = """
01 S The external setpoint is used in a period for it
02 S The external limits are used in a period for them
03 S The external system may change the setpoint of a dynamic profile
04 S It may change the limits of a dynamic profile
05 S A new setpoint is noted with its time
06 S New limits are noted with their time
07 S A profile whose values are too old is not valid
"""

Q06 = """
01 S A schedule of external limits is a profile of external constraints
02 S A single external limit is a dynamic one
03 S A schedule of external setpoints is a profile of external constraints
04 S A single external setpoint is a dynamic one
05 S External limits may vary
06 S External setpoints may vary
07 S Their time is noted
08 S External values are refused if they are disallowed
10 S The central system is told of an external schedule
11 S It is told of an external value, which is marked as dynamic
12 S It is told of significant changes
20 S A variable says which of two setpoints counts
21 S The external one does if nothing else is said
22 S That of the central system does if the variable says so
30 S Limits of the whole station are kept in total
31 S A setpoint of the whole station is followed in total
"""

Q08 = """
01 - A period of local frequency has no limits and setpoints :: frequency services need a contract with a grid operator; no such period is sent
02 - It has a curve and a baseline :: as Q08.FR.01
03 S Without a curve or a baseline it is refused
04 S With limits or setpoints it is refused
05 - Its schedule is in W :: as Q08.FR.01
06 S The setpoint is calculated from the frequency
07 S It is calculated again when the frequency changes
10 S A signal of the grid operator adds to it
11 S Such a signal is refused without a period for it
"""

Q09 = """
01 S A mode that is not supported is refused
02 S Without thresholds it is refused
03 S The station reads the meter of the building
04 S The setpoint follows from the load and the thresholds
05 C The limits of such a period cap its setpoint
"""

Q10 = """
01 - An idle period has no limits and setpoints :: no idle period is sent, as a pause is a limit of 0
02 S With limits or setpoints it is refused
03 S The station sleeps if it is told to, and can
04 S It tells that it sleeps
05 S It tells if it cannot
"""

USE_CASES: dict[str, tuple[str, str]] = {
    "Q01": ("Authorization to discharge", Q01),
    "Q02": ("Charging only before discharging is allowed", Q02),
    "Q03": ("Central control with a setpoint", Q03),
    "Q05": ("External setpoints by a profile of the central system", Q05),
    "Q06": ("External control by a profile of others", Q06),
    "Q08": ("Local frequency support", Q08),
    "Q09": ("Load balancing by the station", Q09),
    "Q10": ("Idle", Q10),
}
"""Use case -> its title and its requirements.

Q04, Q07, Q11 and Q12 have no requirements of their own: they are those of Q03, K28 and
K01 about profiles without a connection.
"""

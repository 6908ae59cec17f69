"""The list of all cases for a central system of OCPP 2.0.1.

The numbers are those of part 5 of OCPP 2.0.1 (edition 3) with the errata of 2025-09,
which add B_58 and drop A_13. A case that counts for several profiles stands under the
first of them. Each line is its number, "M" (mandatory in its profile) or "C" (only if
the feature is there), and what it is about.
"""

CORE = """
A_01 M Basic authentication, right user name and password
A_02 M Basic authentication, user name is not the station's id
A_03 M Basic authentication, wrong password
A_04 M TLS with the server's certificate
A_06 M TLS of a version that is too old is refused
A_09 M New password, the station takes it
A_10 M New password, the station refuses it
A_19 M Upgrade of the security profile by a network profile
B_01 M Cold boot, accepted
B_02 C Cold boot, pending first
B_06 M Get variables, one value
B_07 C Get variables, several values
B_09 M Set variables, one value
B_10 C Set variables, several values
B_12 C Base report, configuration inventory
B_13 C Base report, full inventory
B_20 M Reset when idle, no transaction
B_21 M Reset when idle, transaction running
B_22 M Reset at once, transaction running
B_25 C Reset of an EVSE, no transaction
B_26 C Reset of an EVSE when idle, transaction running
B_27 C Reset of an EVSE at once, transaction running
B_30 C Other messages while pending are refused
B_31 C Boot is triggered while pending
B_42 M New network profile, accepted
B_44 M New network profile, failed
B_58 M Negotiation of the WebSocket subprotocol
C_02 M Token that nobody knows
C_06 M Blocked token
C_07 M Expired token
C_08 M Token from the station's cache, still accepted
C_20 M Token from the station's cache, not accepted any more
C_37 M Clear the authorization cache
C_38 M Clear the authorization cache, refused
C_39 M Stop with another token of the same group
C_47 M Master pass at a display ends all transactions
C_48 M Master pass at a display ends one transaction
C_49 M Master pass without a display
E_01 M Transaction starts with the closed power path
E_02 M Transaction starts with the energy transfer
E_03 M Local start, cable first
E_04 M Local start, token first
E_07 M Transaction stops with the power path, stopped locally
E_08 M Transaction stops with the energy transfer, stop was authorized
E_09 M Transaction starts with the cable
E_10 M Transaction starts with the authorization
E_11 M Transaction starts with signed data
E_12 M Transaction starts with the occupied parking bay
E_14 M Transaction stops when the cable is unplugged at the station
E_15 M Transaction stops with the authorization, stopped locally
E_16 M Transaction is deauthorized, invalid token
E_17 M Transaction is deauthorized, unplugged at the vehicle
E_19 M Transaction stops when the parking bay is left
E_20 M Transaction stops when the cable is unplugged at the vehicle
E_21 M Transaction stops with the authorization, stopped from remote
E_22 M Transaction stops when the vehicle suspends
E_26 M Unplugged at the vehicle, transaction goes on after that
E_29 C Status of a running transaction, messages are queued
E_30 C Status of a running transaction, nothing is queued
E_31 C Status of an ended transaction, messages are queued
E_33 C Status without a transaction, messages are queued
E_34 C Status without a transaction, nothing is queued
E_38 M Local start, vehicle is not ready
E_39 M Transaction is deauthorized, no cable in time
E_53 M Sequence numbers start at 0 with each transaction
F_01 M Remote start, cable first
F_02 M Remote start, station asks for the token
F_03 M Remote start, station does not ask for the token
F_04 M Remote start, no cable in time
F_06 C Unlock a connector, no transaction
F_11 C Trigger meter values of an EVSE
F_12 C Trigger meter values of all EVSEs
F_13 C Trigger a transaction event of an EVSE
F_14 C Trigger transaction events of all EVSEs
F_15 C Trigger the status of the log upload
F_18 C Trigger the status of the firmware
F_20 M Trigger a heartbeat
F_23 C Trigger the status of a connector, available
F_24 C Trigger the status of a connector, occupied
F_27 M Trigger something that the station does not implement
G_03 M EVSE becomes inoperative
G_04 M EVSE becomes operative
G_05 M Station becomes inoperative
G_06 M Station becomes operative
G_07 M Connector becomes inoperative
G_08 M Connector becomes operative
G_11 M EVSE becomes inoperative after its transaction
G_14 M Station becomes inoperative after its transaction
G_17 M Connector becomes inoperative after its transaction
G_20 M Lock of the plug fails
J_01 M Clock-aligned values, no transaction
J_02 M Clock-aligned values, transaction running
J_03 M Clock-aligned values at the end of a transaction
J_04 M Clock-aligned values, signed
J_07 M Sampled values at the start, EVSE known
J_08 M Sampled values at the start, EVSE not known yet
J_09 M Sampled values during a transaction
J_10 M Sampled values at the end of a transaction
J_11 M Sampled values, signed
L_01 M Firmware update
L_02 C Firmware update, installed later
L_03 C Firmware update, loaded later
L_04 M Firmware update, revoked certificate
L_05 M Firmware update, invalid certificate
L_06 M Firmware update, invalid signature
L_07 M Firmware update, download fails
L_08 M Firmware update, check before the installation fails
L_09 M Firmware update, installation fails
L_10 M Firmware update is replaced by another
L_11 M Firmware update cannot be replaced
L_13 M Firmware update waits for the end of a transaction
M_01 M Install a CA certificate, central system
M_02 M Install a CA certificate, manufacturer
M_05 M Install a CA certificate, failed
M_13 M List of the certificates, manufacturer
M_18 M List of the certificates, all of them
M_19 M List of the certificates, none of that kind
M_20 M Delete a certificate
M_21 M Delete a certificate, failed
N_25 M Diagnostics log
N_27 M Customer information, some is there
N_28 M Customer information, nothing is there
N_29 M Customer information, refused
N_30 M Customer information is cleared and reported
N_31 M Customer information is cleared and reported, nothing is there
N_32 M Customer information is cleared
N_34 M Log, refused
N_35 M Security log
N_36 M Log, a second request replaces the first
N_62 C Customer information of a customer's identifier is cleared and reported
P_02 M Data transfer of an unknown vendor
P_03 M Custom data
"""

ADVANCED_SECURITY = """
A_07 M TLS with the station's certificate
A_08 M TLS with an invalid certificate of the station
A_11 M New certificate of the station
A_14 M New certificate of the station, refused
"""

LOCAL_LIST = """
C_40 M Stop with another token of the same group, both on the list
C_43 M Stop with another token of the same group, not valid on the list
D_01 M Send the whole list
D_02 M Send changes of the list
D_03 M Send removals from the list
D_04 M Send an empty list
D_08 C Version of the list
D_09 M Version of the list, there is none
N_46 M List is changed after customer information is cleared
"""

SMART_CHARGING = """
K_01 M Default profile for an EVSE
K_03 M Profile for the whole station
K_04 M Replace a profile
K_05 M Clear a profile by its id
K_06 M Clear a profile by level and purpose
K_08 M Clear a profile that is not there
K_10 C Default profile for all EVSEs
K_15 M Profile, not supported
K_19 M Recurring profile
K_29 M Read the profiles of EVSE 0
K_30 M Read the profiles of an EVSE
K_31 M Read all profiles
K_32 M Read a profile by its id
K_33 M Read profiles of an EVSE by level
K_34 M Read profiles of an EVSE by source
K_35 M Read profiles of an EVSE by purpose
K_36 M Read profiles of an EVSE by purpose and level
K_37 M Remote start with a profile
K_43 M Composite schedule of an EVSE
K_44 M Composite schedule of the station
K_60 M Profile for a running transaction
K_70 M Several profiles
"""

RESERVATION = """
H_01 M Reserve an EVSE
H_07 M Reservation is not used in time
H_08 C Reserve any EVSE
H_14 C Reserve as many EVSEs as there are
H_15 C Reserve a kind of connector
H_17 M Cancel a reservation
H_19 M Reserve for a group of tokens
H_20 M Station cancels a reservation, EVSE is faulted
H_22 M Station refuses reservations
"""

DEVICE_MANAGEMENT = """
B_14 M Base report, summary inventory
B_18 M Report by criteria and variables
N_01 M Monitoring report by criteria
N_02 M Monitoring report by variable
N_03 M Monitoring report by criteria and variable
N_05 M Monitoring base
N_08 M Monitor a variable
N_16 M Monitoring level
N_17 M Monitoring level out of range
N_18 M Clear more monitors than fit in a message
N_21 M Event of a monitor that is built in
N_24 M Monitor a variable periodically
N_44 M Clear a monitor, refused
N_47 M Monitoring report of everything
N_49 M Alert is over after a restart
N_50 M Periodic event
N_60 M Monitoring report by criteria and several variables
"""

ADVANCED_UI = """
I_01 M Running cost on the display
I_02 M Total cost on the display
O_01 M Show a message
O_02 M List of all messages
O_03 M List of all messages, there are none
O_04 M Remove a message
O_05 M Remove a message that is not there
O_06 M Show a message during a transaction
O_07 M List of messages by id
O_08 M List of messages by priority
O_09 M List of messages by state
O_10 M Show a message during an unknown transaction
O_12 M Replace a message
O_13 M Show a message from a time on
O_14 M Show a message until a time
O_17 M Show a message, priority not supported
O_18 M Show a message, state not supported
O_19 M Show a message, format not supported
O_26 M Show a message, refused
O_27 M Show a message during a transaction, from a time on
O_28 M Show a message during a transaction, until a time
"""

ISO_15118 = """
A_12 M New certificate of the station for vehicles
C_50 M Contract certificate, checked by the station, accepted
C_51 M Contract certificate, checked by the station, refused
C_52 M Contract certificate, checked by the central system
K_53 M Schedule is agreed with the vehicle
K_55 M Schedule of the vehicle exceeds the limit
K_57 M New schedule, wanted by the vehicle
K_58 M New schedule, wanted by the central system
K_59 M New schedule, wanted by the central system, vehicle tells its needs
M_03 M Install a CA certificate, vehicle to grid
M_04 M Install a CA certificate, mobility operator
M_14 M List of the certificates, vehicle to grid
M_15 M List of the certificates, chain for vehicles
M_16 M List of the certificates, mobility operator
M_24 M Status of a certificate
M_26 M Contract certificate is installed in the vehicle
M_28 M Contract certificate is renewed in the vehicle
N_63 C Customer information of a certificate is cleared and reported
"""

LISTS = {
    "Core": CORE,
    "Advanced security": ADVANCED_SECURITY,
    "Local authorization list": LOCAL_LIST,
    "Smart charging": SMART_CHARGING,
    "Reservation": RESERVATION,
    "Advanced device management": DEVICE_MANAGEMENT,
    "Advanced user interface": ADVANCED_UI,
    "ISO 15118": ISO_15118,
}
"""Profile -> its cases, in the order of the profiles that are claimed."""

COUNTED_TWICE = {
    "Advanced device management": "B_12",
    "ISO 15118": """
        K_01 K_03 K_04 K_05 K_06 K_08 K_10 K_19 K_29 K_30 K_31 K_32 K_33 K_34 K_35
        K_36 K_43 K_44 K_60
    """,
}
"""Profile -> the cases that count for it, too."""

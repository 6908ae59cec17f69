"""Ecotap EVC5, as a DUO with two sockets (implementation document, V32R30)."""

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Unpack, override
from urllib.parse import quote

from simulator.configuration import Configuration, Key, boolean, integer, names
from simulator.connector import Connector
from simulator.measurands import (
    CURRENT_OFFERED,
    FREQUENCY,
    POWER,
    POWER_FACTOR,
    SOC,
    Quantity,
    Style,
    per_phase,
)
from simulator.structures import Options, Payload
from simulator.upkeep import FullChargePoint

ERROR_CODES = frozenset(
    {
        "ConnectorLockFailure",
        "EVCommunicationError",
        "GroundFailure",
        "LocalListConflict",
        "NoError",
        "OtherError",
        "OverVoltage",
        "PowerMeterFailure",
        "ReaderFailure",
    }
)
STYLE = Style(
    order=("measurand", "phase", "unit", "value"),
    table={
        "Energy.Active.Import.Register": [
            Quantity(
                "Energy.Active.Import.Register", lambda r: r.energy_wh, "Wh", decimals=0
            )
        ],
        "Voltage": [Quantity("Voltage", lambda r: r.voltage[0], "V", decimals=1)],
        "Temperature": [
            Quantity("Temperature", lambda r: r.temperature, "Celsius", decimals=0)
        ],
        "Frequency": FREQUENCY,
        "Current.Import": per_phase("Current.Import", lambda r: r.current, "A"),
        "Current.Offered": CURRENT_OFFERED,
        "Power.Active.Import": POWER,
        "Power.Factor": POWER_FACTOR,
        "SoC": SOC,
    },
    own_order=True,
)
VENDOR_KEYS = {
    "chg_Ch1Options": "",
    "chg_Ch2Options": "",
    "chg_ChannelsEnabled": "3",
    "chg_MinChargingCurrent": "6",
    "chg_RatedCurrent": "32",
    "chg_StationMaxCurrent": "32",
    "com_AuthOptions": "",
    "com_Endpoint": "",
    "com_OCPCID": "",
    "com_Options": "",
    "com_ProtCh": "1",
    "com_ProtType": "6",
    "eth_Cfg": "dhcp",
    "grid_InstallationMaxcurrent": "35",
    "grid_InstallationSaveCurrent": "6",
    "grid_Role": "Station_Ctrl",
    "gsm_APN": "",
    "gsm_Options": "",
}


class Evc5(FullChargePoint):
    """An EVC5: two sockets, small numbers as message ids, and `Occupied`.

    A car that is plugged in and not authorized is "Occupied" on the wire;
    `occupied_status` False makes it Preparing. `#OSN#` and `#SN#` in the URL are
    replaced by the id, as in its key com_Endpoint; else the id is appended.
    """

    default_connectors = 2
    default_firmware = "4.3x.32R.16"
    style = STYLE
    not_implemented = frozenset({"CancelReservation", "ReserveNow"})
    triggers = frozenset(
        {"BootNotification", "Heartbeat", "MeterValues", "StatusNotification"}
    )
    remote_start_profile = "ignored"
    checks_remote_tag = False
    max_stack_level = 1

    def __init__(
        self,
        url: str,
        charge_point_id: str,
        *,
        vendor: str = "ECOTAP",
        model: str = "DUO2",
        occupied_status: bool = True,
        **options: Unpack[Options],
    ) -> None:
        self.vendor = vendor
        self.model = model
        self.occupied_status = occupied_status
        self._connector_count = options.get("connectors", self.default_connectors)
        super().__init__(url, charge_point_id, **options)
        self.configuration.put("com_Endpoint", url)
        self.configuration.put("com_OCPCID", charge_point_id)

    @override
    def make_url(self, prefix: str) -> str:
        identity = quote(self.charge_point_id, safe="")
        filled = prefix.replace("#OSN#", identity).replace("#SN#", identity)
        return filled if filled != prefix else super().make_url(prefix)

    @override
    def message_ids(self) -> Iterator[str]:
        return (str(number) for number in count(1))

    @override
    def timestamp(self, when: datetime | None = None) -> str:
        return (when or self.clock.now()).isoformat(timespec="seconds")

    @override
    def boot_payload(self) -> Payload:
        return {
            "chargePointVendor": self.vendor,
            "chargePointModel": self.model,
            "chargePointSerialNumber": self.charge_point_id[:25],
            "chargeBoxSerialNumber": self.charge_point_id[:25],
            "firmwareVersion": self.firmware,
            "iccid": "89310000000000000000",
            "imsi": "204000000000000",
            "meterSerialNumber": "1000001",
        }

    @override
    def status_payload(self, connector: Connector) -> Payload:
        forced = connector.forced
        code = connector.error_code
        return {
            "connectorId": connector.number,
            "status": self.status_text(connector),
            "errorCode": code if code in ERROR_CODES else "OtherError",
            "info": (forced.info if forced else None) or "",
            "timestamp": self.timestamp(),
        }

    @override
    def status_text(self, connector: Connector) -> str:
        waiting = connector.status == "Preparing" and connector.authorized is None
        if self.occupied_status and waiting and connector.plugged:
            return "Occupied"
        return super().status_text(connector)

    @override
    def make_configuration(self) -> Configuration:
        allowed = frozenset(STYLE.table)
        sampled = "Energy.Active.Import.Register,Voltage,Temperature,Frequency,"
        sampled += "Current.Import"
        profiles = "Core,FirmwareManagement,LocalAuthListManagement,SmartCharging,"
        profiles += "RemoteTrigger"
        return Configuration(
            [
                integer("ConnectionTimeOut", 60),
                boolean("AllowOfflineTxForUnknownId", False),
                boolean("AuthorizationCacheEnabled", True),
                boolean("AuthorizeRemoteTxRequests", False),
                integer("ClockAlignedDataInterval", 0),
                names("ConnectorPhaseRotation", ""),
                integer("GetConfigurationMaxKeys", 50, readonly=True),
                integer("HeartbeatInterval", 3600),
                integer("LightIntensity", 100, minimum=50, maximum=100, raises=True),
                boolean("LocalAuthorizeOffline", True),
                boolean("LocalPreAuthorize", False),
                names("MeterValuesAlignedData", sampled, allowed=allowed),
                names("MeterValuesSampledData", sampled, allowed=allowed),
                integer("MeterValueSampleInterval", 60),
                integer("NumberOfConnectors", self._connector_count, readonly=True),
                integer("ResetRetries", 1),
                boolean("StopTransactionOnInvalidId", True),
                boolean("StopTransactionOnEVSideDisconnect", True),
                names("StopTxnAlignedData", ""),
                names("StopTxnSampledData", ""),
                names("SupportedFeatureProfiles", profiles, readonly=True),
                integer("TransactionMessageAttempts", 3),
                integer("TransactionMessageRetryInterval", 10),
                boolean("UnlockConnectorOnEVSideDisconnect", True),
                integer("WebsocketPingInterval", 30),
                boolean("LocalAuthListEnabled", True),
                integer("LocalAuthListMaxLength", 500, readonly=True),
                integer("SendLocalListMaxLength", 60, readonly=True),
                names(
                    "ChargingScheduleAllowedChargingRateUnit",
                    "Current,Power",
                    readonly=True,
                ),
                integer("ChargingScheduleMaxPeriods", 24, readonly=True),
                boolean("ConnectorSwitch3to1PhaseSupported", False, readonly=True),
                integer("MaxChargingProfilesInstalled", 10, readonly=True),
                Key("AuthorizationKey", "", write_only=True),
                *(Key(name, value) for name, value in VENDOR_KEYS.items()),
            ]
        )

"""A charger that follows the OCPP 1.6 specification to the letter."""

from collections.abc import Iterator
from itertools import count
from secrets import token_hex
from typing import Unpack, override

from simulator.configuration import Configuration, Key, boolean, integer, names
from simulator.errors import CallFailed
from simulator.measurands import STANDARD, Quantity
from simulator.security.charge_point import SecuredChargePoint
from simulator.structures import Options, Payload, dumps

MEASURANDS = "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage"
PROFILES = (
    "Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,"
    "RemoteTrigger"
)


def standard_keys(connectors: int) -> list[Key]:
    """Return the keys of OCPP 1.6 chapter 9 with usable values."""
    allowed = frozenset(STANDARD)
    rotation = ",".join(f"{number}.RST" for number in range(connectors + 1))
    return [
        boolean("AllowOfflineTxForUnknownId", False),
        boolean("AuthorizationCacheEnabled", True),
        boolean("AuthorizeRemoteTxRequests", False),
        integer("BlinkRepeat", 3),
        integer("ClockAlignedDataInterval", 0),
        integer("ConnectionTimeOut", 60),
        names("ConnectorPhaseRotation", rotation),
        integer("ConnectorPhaseRotationMaxLength", connectors + 1, readonly=True),
        integer("GetConfigurationMaxKeys", 100, readonly=True),
        integer("HeartbeatInterval", 3600),
        integer("LightIntensity", 100, maximum=100),
        boolean("LocalAuthorizeOffline", True),
        boolean("LocalPreAuthorize", False),
        integer("MaxEnergyOnInvalidId", 0),
        names("MeterValuesAlignedData", MEASURANDS, allowed=allowed),
        integer("MeterValuesAlignedDataMaxLength", len(allowed), readonly=True),
        names("MeterValuesSampledData", MEASURANDS, allowed=allowed),
        integer("MeterValuesSampledDataMaxLength", len(allowed), readonly=True),
        integer("MeterValueSampleInterval", 60),
        integer("MinimumStatusDuration", 0),
        integer("NumberOfConnectors", connectors, readonly=True),
        integer("ResetRetries", 1),
        boolean("StopTransactionOnEVSideDisconnect", True),
        boolean("StopTransactionOnInvalidId", True),
        names("StopTxnAlignedData", "", allowed=allowed),
        integer("StopTxnAlignedDataMaxLength", 0, readonly=True),
        names("StopTxnSampledData", "", allowed=allowed),
        integer("StopTxnSampledDataMaxLength", len(allowed), readonly=True),
        names("SupportedFeatureProfiles", PROFILES, readonly=True),
        integer("SupportedFeatureProfilesMaxLength", 6, readonly=True),
        integer("TransactionMessageAttempts", 3),
        integer("TransactionMessageRetryInterval", 10),
        boolean("UnlockConnectorOnEVSideDisconnect", True),
        integer("WebSocketPingInterval", 60),
        boolean("LocalAuthListEnabled", True),
        integer("LocalAuthListMaxLength", 100, readonly=True),
        integer("SendLocalListMaxLength", 50, readonly=True),
        boolean("ReserveConnectorZeroSupported", True, readonly=True),
        integer("ChargeProfileMaxStackLevel", 8, readonly=True),
        names(
            "ChargingScheduleAllowedChargingRateUnit", "Current,Power", readonly=True
        ),
        integer("ChargingScheduleMaxPeriods", 24, readonly=True),
        boolean("ConnectorSwitch3to1PhaseSupported", True, readonly=True),
        integer("MaxChargingProfilesInstalled", 20, readonly=True),
    ]


class Generic(SecuredChargePoint):
    """OCPP 1.6 by the book; `vendor` and `model` are free.

    `send_meter_values` is cheap enough for benchmarks with hundreds of them.
    """

    def __init__(
        self,
        url: str,
        charge_point_id: str,
        *,
        vendor: str = "Generic",
        model: str = "Simulator",
        **options: Unpack[Options],
    ) -> None:
        self.vendor = vendor
        self.model = model
        self._connector_count = options.get("connectors", self.default_connectors)
        self._template: tuple[str, str, list[Quantity]] | None = None
        super().__init__(url, charge_point_id, **options)

    @override
    def make_configuration(self) -> Configuration:
        return Configuration(
            [*standard_keys(self._connector_count), *self.security_keys()]
        )

    @override
    def message_ids(self) -> Iterator[str]:
        prefix = token_hex(6)
        return (f"{prefix}-{number}" for number in count(1))

    @override
    def boot_payload(self) -> Payload:
        return {
            "chargePointModel": self.model,
            "chargePointSerialNumber": self.charge_point_id[:25],
            "chargePointVendor": self.vendor,
            "firmwareVersion": self.firmware,
        }

    @override
    async def send_meter_values(
        self, connector: int = 1, context: str = "Sample.Periodic"
    ) -> Payload | None:
        target = self.connector(connector)
        if (
            not self.operational
            or not self.outbox.idle
            or context != "Sample.Periodic"
            or self.faults.active()
        ):
            return await super().send_meter_values(connector, context)
        transaction = target.transaction_id
        head = "" if transaction is None else f'"transactionId":{transaction},'
        body, quantities = self._prepared()
        reading = target.read()
        values = body % tuple([quantity.get(reading) for quantity in quantities])
        text = (
            f'{{"connectorId":{connector},{head}"meterValue":'
            f'[{{"timestamp":"{self.timestamp()}","sampledValue":{values}}}]}}'
        )
        try:
            return await self.link.call("MeterValues", text)
        except CallFailed as err:
            self.log(f"MeterValues: {err}")
            return None

    def _prepared(self) -> tuple[str, list[Quantity]]:
        configured = self.configuration["MeterValuesSampledData"].value
        if self._template is None or self._template[0] != configured:
            measured = self.configuration.names("MeterValuesSampledData")
            quantities = self.style.quantities(measured)
            body = dumps(
                [
                    self.style.sampled_value(
                        quantity, f"%.{quantity.decimals}f", "Sample.Periodic"
                    )
                    for quantity in quantities
                ]
            )
            self._template = (configured, body, quantities)
        return self._template[1:]

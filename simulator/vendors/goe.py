"""go-eCharger: OCPP as its firmware speaks it. Its HTTP side is in goe_api.py.

What is marked [inferred] was not seen on a real charger.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any, Unpack, override

from simulator.car import MINIMUM_CURRENT
from simulator.commands import TRIGGERS
from simulator.configuration import Configuration, Key, boolean, integer, names
from simulator.connector import Connector, Transaction
from simulator.measurands import (
    CURRENT_IMPORT,
    CURRENT_OFFERED,
    ENERGY,
    FREQUENCY,
    POWER,
    POWER_FACTOR,
    POWER_OFFERED,
    POWER_PER_PHASE,
    TEMPERATURE,
    Quantity,
    Style,
    per_phase,
)
from simulator.outbox import Item
from simulator.profiles import DEFAULT, MAX, TX, Limit
from simulator.structures import Options, Payload, Stop
from simulator.upkeep import FullChargePoint

from .goe_api import ApiKeys
from .goe_keys import firmware_number
from .goe_tls import context

if TYPE_CHECKING:
    from simulator.goe_http import GoEHttp

FIRST_ID = 531531540
ALL_MEASURANDS = (
    "Current.Import,Current.Offered,Energy.Active.Import.Register,Frequency,"
    "Power.Active.Import,Power.Factor,Power.Offered,Temperature,Voltage"
)
OLD_SAMPLES = frozenset(
    {
        "Current.Import",
        "Current.Offered",
        "Energy.Active.Import.Register",
        "Power.Active.Import",
        "Power.Offered",
    }
)
STYLE = Style(
    order=("value", "measurand", "unit", "phase"),
    table={
        "Current.Import": CURRENT_IMPORT,
        "Current.Offered": CURRENT_OFFERED,
        "Energy.Active.Import.Register": ENERGY,
        "Frequency": FREQUENCY,
        "Power.Active.Import": [*POWER_PER_PHASE, *POWER],
        "Power.Factor": POWER_FACTOR,
        "Power.Offered": POWER_OFFERED,
        "Temperature": TEMPERATURE,
        "Voltage": [
            *per_phase("Voltage", lambda r: r.voltage, "V"),
            Quantity("Voltage", lambda r: 0.0, "V", "N"),
        ],
    },
    own_order=True,
)


class GoE(FullChargePoint):
    """A go-eCharger, by default a V4 ("Gemini") with firmware 59.4.

    `charge_point_id` is the serial number, and the last part of `ocppu`, which the
    charger uses verbatim. With an empty `url` OCPP is off, as it leaves the factory.
    `acs` 0 charges whoever plugs in, with the dummy tag `ocppd`; 1 waits for a card
    or a remote start. `http_port` switches the HTTP API on (0: any free port).
    """

    default_firmware = "59.4"
    style = STYLE
    boots_on_reconnect = True
    # Seen: ocppaa follows ocppca by a second, hours after the reboot.
    phase_switch_seconds = 5.0
    reconnect_seconds = 4.0
    """From another `ocppu` to the next attempt to connect."""
    units = frozenset({"A"})
    strict_purposes = False
    tells_unknown_keys = False
    triggers = TRIGGERS - {"DiagnosticsStatusNotification"}
    max_stack_level = 10
    not_implemented = frozenset(
        {
            "CancelReservation",
            "ClearCache",
            "DataTransfer",
            "GetCompositeSchedule",
            "GetDiagnostics",
            "ReserveNow",
        }
    )

    def __init__(
        self,
        url: str,
        charge_point_id: str,
        *,
        model: str = "go-eCharger_V4",
        vendor: str = "go-e",
        acs: int = 0,
        http_port: int | None = None,
        **options: Unpack[Options],
    ) -> None:
        self.vendor = vendor
        self.model = model
        self.version = firmware_number(options.get("firmware", self.default_firmware))
        if vendor == "fronius":
            # The Wattpilot counts otherwise; what 40.7 sends is that of 56.x.
            self.version = (56, 0)
        options.setdefault("max_current", 16.0)
        super().__init__(url, charge_point_id, **options)
        self.api = ApiKeys(self)
        self.api.values["acs"] = acs
        self.global_roots: str | None = None
        """The CAs in its firmware (PEM); None stands for those of this machine."""
        self._given_tls = self.link.tls
        self.http: GoEHttp | None = None
        self._http_port = http_port
        self._prefix = url
        self._settings = 0
        if url:
            self.api.values |= {"ocppe": True, "ocppu": self.link.url}
            self.aim(self.link.url)
        else:
            self.link.go_offline()
        if self.version < (55, 7):
            self.faults.digit_booleans = True
        if self.version <= (56, 0):
            self.not_implemented = self.not_implemented | {"ChangeAvailability"}
        if self.version < (57, 0):
            self.remote_start_profile = "rejected"
        elif self.version < (60, 4):
            self.remote_start_profile = "ignored"

    @override
    async def start(self) -> None:
        if self._http_port is not None:
            from simulator.goe_http import GoEHttp

            self.http = GoEHttp(self, port=self._http_port)
            await self.http.start()
        await super().start()

    @override
    async def stop(self) -> None:
        if self.http is not None:
            await self.http.stop()
        await super().stop()

    @override
    def make_configuration(self) -> Configuration:
        return Configuration(_keys(self.version), readonly_answer="NotSupported")

    @override
    def message_ids(self) -> Iterator[str]:
        return (str(number) for number in count(FIRST_ID))

    @override
    def timestamp(self, when: datetime | None = None) -> str:
        if self.version < (55, 6):
            when = (when or self.clock.now()).replace(microsecond=0)
        return super().timestamp(when)

    @override
    def boot_payload(self) -> Payload:
        return {
            "chargePointVendor": self.vendor,
            "chargePointModel": self.model,
            "chargePointSerialNumber": self.charge_point_id,
            "firmwareVersion": self.firmware,
        }

    @override
    def stop_payload(self, stop: Stop) -> Payload:
        return {
            "transactionId": stop["transaction_id"],
            "meterStop": stop["meter_stop"],
            "timestamp": self.timestamp(stop["when"]),
        }

    @override
    def measurands(self, connector: Connector) -> list[str]:
        names = super().measurands(connector)
        if self.version >= (60, 4):
            return names
        if self.version >= (56, 0):
            return [name for name in names if name != "Power.Factor"]
        names = [name for name in names if name in OLD_SAMPLES]
        if connector.status == "Available":
            names = [name for name in names if not name.endswith(".Offered")]
        return names

    @override
    def resumed(self, *, booted: bool) -> None:
        self.api.ocpp_accepted()
        if self.connector(1).transaction is not None:
            self.sample(self.connector(1))

    @override
    def keeps_transactions(self, reason: str) -> bool:
        return not self.configuration.boolean(
            "StopChargingOnReboot", default=bool(self.api.values["osr"])
        )

    @override
    def limit(self, connector: Connector) -> Limit:
        api = self.api.values
        limit = super().limit(connector)
        fallback = api["ocppf"]
        if api["ocppe"] and not self.connected and fallback is not None:
            limit = Limit(min(float(fallback), connector.max_current), limit.phases)
        phases = 1 if limit.phases == 1 and self.version >= (55, 7) else 3
        if api["psm"] == 1:
            phases = 1
        most = min(self.api.get("amp"), api["ama"])
        amps = float(int(min(limit.amps, most)))
        if amps < MINIMUM_CURRENT:
            amps = 0.0 if api["acp"] else MINIMUM_CURRENT
        if api["frc"] == 1:
            amps = 0.0
        if api["frc"] == 2 and not amps:
            amps = float(most)
        return Limit(amps, min(phases, self.max_phases))

    def paused(self, connector: Connector) -> bool:
        """Whether OCPP wants no current, which `acp` may forbid."""
        return super().limit(connector).amps < MINIMUM_CURRENT

    @override
    def car_plugged(self, connector: Connector) -> None:
        if connector.transaction is not None or not connector.available:
            return
        if connector.authorized is not None:
            self.start_transaction(connector, connector.authorized)
        elif self.api.values["acs"] == 0 and self.api.values["frc"] != 1:
            self.start_transaction(connector, str(self.api.values["ocppd"]))

    @override
    def car_unplugged(self, connector: Connector) -> None:
        super().car_unplugged(connector)
        self.api.values |= {"frc": 0, "trx": None}

    @override
    def start_transaction(self, connector: Connector, tag: str) -> Transaction:
        transaction = super().start_transaction(connector, tag)
        self._forget_without_ocpp()
        self.api.values["trx"] = 0
        self.api.session_started_at = connector.register_wh
        return transaction

    @override
    def stop_transaction(
        self, connector: Connector, reason: str | None, *, id_tag: str | None = None
    ) -> None:
        if connector.transaction is not None:
            self.api.transaction_ended()
        super().stop_transaction(connector, reason, id_tag=id_tag)
        self._forget_without_ocpp()

    @override
    def sample(self, connector: Connector, context: str = "Sample.Periodic") -> Item:
        item = super().sample(connector, context)
        self._forget_without_ocpp()
        return item

    @override
    def refuse_tx_profile(self, number: int, profile: Payload) -> str | None:
        return None  # accepted, whether it can be applied or not (56.8)

    @override
    def install_profile(self, number: int, profile: Payload) -> None:
        purpose = profile["chargingProfilePurpose"]
        if purpose == TX and super().refuse_tx_profile(number, profile):
            self.log("the TxProfile is accepted, but there is no such transaction")
            return
        self.profiles.install(0 if purpose == MAX else number, profile)

    @override
    def on_trigger_message(self, payload: Payload) -> Payload:
        if self.version <= (55, 5) and payload["requestedMessage"] == "MeterValues":
            return {"status": "Rejected"}
        return super().on_trigger_message(payload)

    @override
    def link_opened(self) -> None:
        self.api.ocpp_connected()
        super().link_opened()
        self._update_all()

    @override
    def link_closed(self, reason: str) -> None:
        self.api.ocpp_lost()
        super().link_closed(reason)
        self._update_all()

    @override
    def link_refused(self, error: Exception) -> None:
        self.api.ocpp_refused(self.link.http_status, error)
        super().link_refused(error)

    @override
    async def reboot(
        self, reason: str = "PowerLoss", *, graceful: bool = False
    ) -> None:
        self.api.booted()
        if self.api.values["ocppe"] and (url := self.api.values["ocppu"]):
            # What was set is what it boots with.
            self._settings += 1
            self.aim(url)
        await super().reboot(reason, graceful=graceful)
        if not self.api.values["ocppe"]:
            self.link.go_offline()

    def aim(self, url: str) -> None:
        """Connect to `url` from the next time on, with TLS as the keys want it."""
        self.link.url = url
        self.link.tls = None
        if url.lower().startswith("wss:"):
            own = context(self.api.values, self.clock.now, self.global_roots)
            self.link.tls = self._given_tls or own

    def apply_ocpp_settings(self) -> None:
        """Do what ocppe and ocppu say: without off and on, and without a reboot."""
        self.spawn(self._apply_ocpp_settings())

    async def _apply_ocpp_settings(self) -> None:
        self._settings += 1
        settings = self._settings
        await self.link.hang_up()
        url = self.api.values["ocppu"]
        if self.api.values["ocppe"] and url:
            await self.clock.sleep(self.reconnect_seconds)
            if settings != self._settings:
                return
            self.aim(url)
            self._boot_needed = True
            self._announce()
            self.link.go_online()

    def _forget_without_ocpp(self) -> None:
        if not self.api.values["ocppe"]:
            self.outbox.forget()

    def _announce(self) -> None:
        # What began while OCPP was off begins anew for the central system.
        connector = self.connector(1)
        running = connector.transaction
        if running is not None and running.id is None and not self.outbox.kept():
            connector.end()
            self.start_transaction(connector, running.id_tag)

    def profile_state(self, purpose: str) -> list[dict[str, Any]] | None:
        """Return ocppdp, ocppmp or ocpptp: what was accepted, None without any."""
        assert purpose in (DEFAULT, MAX, TX)
        return self.profiles.of(purpose) or None


def _keys(version: tuple[int, int]) -> list[Key]:
    """Return the configuration keys in the order of the captured list."""
    sampled_readonly = version < (60, 0)
    keys = [
        boolean("AllowOfflineTxForUnknownId", False),
        integer("GetConfigurationMaxKeys", 99, readonly=True),
        integer("ClockAlignedDataInterval", 0),
        boolean("LocalAuthorizeOffline", True),
        integer("HeartbeatInterval", 3600),
        integer("LightIntensity", 46, maximum=255),
        names("MeterValuesSampledData", ALL_MEASURANDS, readonly=sampled_readonly),
        integer("MeterValuesSampledDataMaxLength", 10, readonly=True),
        integer("MeterValueSampleInterval", 60),
        integer("NumberOfConnectors", 1, readonly=True),
        names("ConnectorPhaseRotation", "0.RST,1.RST", readonly=True),
        integer("ConnectorPhaseRotationMaxLength", 2, readonly=True),  # [inferred]
        boolean("AuthorizeRemoteTxRequests", False, readonly=True),
        integer("MeterValuesAlignedDataMaxLength", 10, readonly=True),
        names(
            "SupportedFeatureProfiles",
            "Core,FirmwareManagement,SmartCharging,RemoteTrigger",
            readonly=True,
        ),
        integer("SupportedFeatureProfilesMaxLength", 6, readonly=True),
        boolean("UnlockConnectorOnEVSideDisconnect", True),
        integer("WebSocketPingInterval", 10),
        boolean("LocalAuthListEnabled", True),
        integer("ChargeProfileMaxStackLevel", 10, readonly=True),  # [inferred]
        names("ChargingScheduleAllowedChargingRateUnit", "Current", readonly=True),
        integer("ChargingScheduleMaxPeriods", 24, readonly=True),  # [inferred]
        boolean("ConnectorSwitch3to1PhaseSupported", True, readonly=True),
        integer("MaxChargingProfilesInstalled", 20, readonly=True),
    ]
    if version < (56, 0):
        keys += [
            integer("LocalAuthListMaxLength", 10, readonly=True),
            integer("SendLocalListMaxLength", 10, readonly=True),
        ]
    if version >= (60, 4):
        keys += [
            integer("MinChargingCurrent", 6, minimum=6, maximum=32),
            integer("RequestedCurrent", 16, minimum=6, maximum=32),
            integer("ConnectionTimeOut", 60),
            boolean("StopChargingOnReboot", False),
        ]
    return keys

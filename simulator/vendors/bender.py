"""Bender CC612/CC613, the controller in many makes of wallbox (docs v5.33).

No message of one was found in public; what it looks like follows the documentation
and, where that says nothing, the specification [inferred].
"""

import asyncio
from typing import Unpack, override

from simulator.configuration import Configuration, Key, boolean, integer
from simulator.connector import Connector
from simulator.security.charge_point import SecuredChargePoint
from simulator.structures import Options, Payload

from .generic import standard_keys

PLUG_AND_CHARGE = "org.openchargealliance.iso15118pnc"


class Bender(SecuredChargePoint):
    """A CC613: appends its id to the URL, and talks more than it must.

    `informative_status` lets the web interface's logins be reported, `tcp_watchdog`
    restarts the controller after so many seconds without a central system (0: never).
    `long_values` lets values of the configuration be longer than 500 characters.
    `faults.digit_booleans` and `faults.occupied` are settings of the real one, too.
    """

    default_firmware = "5.33.5-21148"

    def __init__(
        self,
        url: str,
        charge_point_id: str,
        *,
        vendor: str = "Bender GmbH Co. KG",
        model: str = "CC613",
        informative_status: bool = True,
        tcp_watchdog: float = 0.0,
        long_values: bool = False,
        **options: Unpack[Options],
    ) -> None:
        self.vendor = vendor
        self.model = model
        self.informative_status = informative_status
        self.tcp_watchdog = tcp_watchdog
        self.long_values = long_values
        self._connector_count = options.get("connectors", self.default_connectors)
        self._watchdog: asyncio.TimerHandle | None = None
        super().__init__(url, charge_point_id, **options)

    @override
    def make_configuration(self) -> Configuration:
        state = _RCMB_STATE if self.long_values else _RCMB_STATE[:500]
        return Configuration(
            [
                *(_tuned(key) for key in standard_keys(self._connector_count)),
                *self.security_keys(),
                Key("ChargePointVendor", self.vendor, readonly=True),
                Key("ChargePointModel", self.model, readonly=True),
                integer("RCMBDelta", 0, maximum=999),
                Key("RCMB_STATE", state, readonly=True),
                boolean("SSHAccessUsb", True, readonly=True),
            ]
        )

    @override
    def boot_payload(self) -> Payload:
        return {
            "chargeBoxSerialNumber": self.charge_point_id[:25],
            "chargePointModel": self.model,
            "chargePointSerialNumber": self.charge_point_id[:25],
            "chargePointVendor": self.vendor,
            "firmwareVersion": self.firmware,
        }

    @override
    def on_data_transfer(self, payload: Payload) -> Payload:
        if payload["vendorId"] == PLUG_AND_CHARGE:
            return {"status": "UnknownMessageId"}
        return super().on_data_transfer(payload)

    @override
    def link_opened(self) -> None:
        self._stop_watchdog()
        super().link_opened()

    @override
    def link_closed(self, reason: str) -> None:
        if self.tcp_watchdog and self.link.wanted and self._watchdog is None:
            self._watchdog = asyncio.get_running_loop().call_later(
                self.clock.real(self.tcp_watchdog), self._bite
            )
        super().link_closed(reason)

    @override
    async def stop(self) -> None:
        self._stop_watchdog()
        await super().stop()

    def web_login(self, user: str = "operator") -> None:
        """Report that somebody logged in to the web interface: no change of state."""
        if self.informative_status:
            self.inform(self.connector(0), f"Login of {user} to the web interface")

    def inform(
        self, connector: Connector, info: str, vendor_error_code: str = ""
    ) -> None:
        """Send a StatusNotification that only carries a text."""
        payload = self.status_payload(connector)
        payload |= {"info": info[:50], "vendorId": self.vendor}
        if vendor_error_code:
            payload["vendorErrorCode"] = vendor_error_code
        self.queue("StatusNotification", payload)

    def send_totals(self, connector: int = 1) -> None:
        """Send tariff and total usage as the DataTransfer that it has for them."""
        data = f'{{"connectorId":{connector},"usage":"0.00"}}'
        self.queue(
            "DataTransfer",
            {"vendorId": self.vendor, "messageId": "tariffAndTotalUsage", "data": data},
        )

    def _bite(self) -> None:
        self._watchdog = None
        self.log("TCP watchdog: no central system")
        self.spawn(self.reboot("Reboot"))

    def _stop_watchdog(self) -> None:
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog = None


_RCMB_STATE = (
    "RMS: OK, DC: OK, RDC-M (RCMB) Device Status (IEC 62752): OK "
    "Last transaction RMS 0.0 DC 0.0 " + "Current values RMS 0.0 DC 0.0 " * 18
)
"""Longer than the 500 characters that the specification allows a value."""


def _tuned(key: Key) -> Key:
    if key.name == "WebSocketPingInterval":
        return integer(key.name, 60, maximum=10_000)
    if key.name == "ConnectionTimeOut":
        return integer(key.name, 60, minimum=3, maximum=300)
    return key

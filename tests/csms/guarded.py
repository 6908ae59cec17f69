"""A central system with both ports, and charge points that log in on real sockets."""

import base64
from contextlib import AbstractAsyncContextManager
import ssl
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from custom_components.ocpp_cs.csms.admission.log_ins import LogIns
from custom_components.ocpp_cs.csms.central_system import (
    CentralSystem,
    CentralSystemSettings,
    load_versions,
)
from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.model import (
    Admission,
    ChargePointSettings,
    Refusal,
    RefusalReason,
)
from custom_components.ocpp_cs.csms.model.security import SecurityRules
from custom_components.ocpp_cs.csms.transactions.ledger import Ledger, MemoryStore

from .pki import Ca, ca, client_context, load, new_key, server_context


def basic(user: str, password: str | bytes) -> dict[str, str]:
    """Return the header of Basic authentication."""
    raw = password.encode() if isinstance(password, str) else password
    token = base64.b64encode(user.encode() + b":" + raw).decode()
    return {"Authorization": f"Basic {token}"}


def certified(common_name: str, authority: Ca | None = None) -> ssl.SSLContext:
    """Return the context of a charge point that has a certificate."""
    context = client_context()
    key = new_key()
    load(context, key, (authority or ca()).sign(key, common_name))
    return context


class Guarded(AbstractAsyncContextManager["Guarded"]):
    """A central system that listens on both ports, and who was refused by it."""

    def __init__(self, **settings: Any) -> None:
        """Make one; nothing listens yet."""
        self.refusals: list[Refusal] = []
        self.unknown = Admission.PENDING
        self.awaited: set[str] = set()
        self.central_system = CentralSystem(
            CentralSystemSettings(host="127.0.0.1", port=0, boot_wait=0.05, **settings),
            ledger=Ledger(MemoryStore()),
            versions=load_versions(),
            admit_unknown=lambda charge_point_id: self.unknown,
            on_pending=lambda charge_point: None,
            on_refused=self.refusals.append,
            is_awaited=lambda charge_point_id: charge_point_id in self.awaited,
        )
        self.central_system.tls = server_context()

    async def __aenter__(self) -> Self:
        """Listen."""
        await self.central_system.ledger.load()
        await self.central_system.start()
        await self.central_system.listen_tls(0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        await self.central_system.stop()

    @property
    def log_ins(self) -> LogIns:
        """The passwords that were checked."""
        return self.central_system._proofs.log_ins

    @property
    def reasons(self) -> list[RefusalReason]:
        """Why connections were refused, since the last time."""
        reasons = [one.reason for one in self.refusals]
        self.refusals.clear()
        return reasons

    def adopt(
        self, charge_point_id: str = "CP1", *, secret: str | None = None, **rules: Any
    ) -> ChargePoint:
        """Adopt a charge point with these rules."""
        charge_point = self.central_system.adopt(
            charge_point_id, ChargePointSettings(call_timeout=5, path_secret=secret)
        )
        charge_point.security_rules = SecurityRules(**rules)
        return charge_point

    def dial(
        self,
        path: str = "CP1",
        password: str | bytes | None = None,
        *,
        user: str | None = None,
        tls: ssl.SSLContext | None = None,
        address: str = "127.0.0.1",
    ) -> connect:
        """Return a connection that is yet to be opened."""
        port = self.central_system.port if tls is None else self.central_system.tls_port
        name = path.rsplit("/", 1)[-1] if user is None else user
        return connect(
            f"{'ws' if tls is None else 'wss'}://127.0.0.1:{port}/{path}",
            ssl=tls,
            subprotocols=["ocpp1.6"],  # type: ignore[list-item]
            additional_headers=None if password is None else basic(name, password),
            local_addr=(address, 0),
            close_timeout=0.5,
        )

    async def status(self, *args: Any, **how: Any) -> int:
        """Return the status with which a connection is answered; it is closed again."""
        try:
            async with self.dial(*args, **how):
                return 101
        except InvalidStatus as err:
            return err.response.status_code

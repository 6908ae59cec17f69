"""The fix flows for chargers that were refused for their password or security level."""

from typing import TYPE_CHECKING, Any, override

from homeassistant.components.repairs import RepairsFlowResult

from ..csms.model.security import SecurityLevel
from ..csms.security.passwords import new_password
from ..foreign_text import for_markdown
from ..security.access import OPENED_SECONDS
from ..security.levels import Levels
from .flows import FixData, OcppRepairsFlow

if TYPE_CHECKING:
    from ..chargers.charger import Charger

_MINUTES = str(int(OPENED_SECONDS // 60))


class _RefusedFlow(OcppRepairsFlow):
    """The base class of flows for a charger that was refused."""

    @property
    def _levels(self) -> Levels | None:
        return None if (hub := self._hub) is None else hub.part(Levels)

    @property
    @override
    def _placeholders(self) -> dict[str, str]:
        """The placeholders of the issue, with the address that the user is asked about.

        The issue may get another one while the flow is open.
        """
        return super()._placeholders | for_markdown(
            remote=str(self._fix_data.get("remote", ""))
        )


class PasswordMissingFlow(_RefusedFlow):
    """Let a charger in without its password, or give it a new one."""

    _choices: tuple[str, ...] = ("new_password", "let_in", "ignore")

    def __init__(self, fix_data: FixData) -> None:
        """Initialize the flow without a password."""
        super().__init__(fix_data)
        self._password: str | None = None

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the choice."""
        return self._menu(list(self._choices))

    async def async_step_let_in(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Need no password from now on, after a confirmation."""
        if user_input is None:
            return self._show("let_in")
        levels, charger = self._levels, self._charger
        if levels is None or charger is None:
            return self._leave("not_running")
        await levels.async_drop_password(charger)
        return self.async_create_entry(data={})

    async def async_step_new_password(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show a new password, which the user types on the charger."""
        levels, charger = self._levels, self._charger
        if levels is None or charger is None:
            return self._leave("not_running")
        if self._password is None:
            self._password = new_password()
            # The charger may come with it as soon as it is typed.
            await levels.async_set_typed_password(charger, self._password)
        if user_input is None:
            return self._show("new_password", password=self._password)
        if charger.charge_point.connected:
            return self.async_create_entry(data={})
        # The issue is cleared when the charger connects with it.
        return self._leave("waiting")


class PasswordWrongFlow(PasswordMissingFlow):
    """Accept the password that a charger uses now, or do without."""

    _choices = ("accept", "new_password", "let_in", "ignore")

    async def async_step_accept(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Accept the password that came from that address, after a confirmation."""
        if user_input is None:
            return self._show("accept")
        hub, levels, charger = self._hub, self._levels, self._charger
        if hub is None or levels is None or charger is None:
            return self._leave("not_running")
        raw = hub.central_system.wrong_password(
            charger.charge_point.id, str(self._fix_data["remote"])
        )
        if raw is None:
            return self._leave("password_gone")
        await levels.async_accept_password(charger, raw)
        return self.async_create_entry(data={})


class _LowerFlow(_RefusedFlow):
    """The base class of flows that accept a lower level again."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the choice."""
        return self._menu(["lower", "ignore"])

    async def async_step_lower(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Accept the lower level, after a confirmation."""
        if user_input is None:
            return self._show("lower")
        levels, charger = self._levels, self._charger
        if levels is None or charger is None:
            return self._leave("not_running")
        await self._lower(levels, charger)
        return self.async_create_entry(data={})

    async def _lower(self, levels: Levels, charger: Charger) -> None:
        await levels.async_lower(charger, SecurityLevel.TLS)


class NotEncryptedFlow(_LowerFlow):
    """Accept a charger without encryption again."""

    @override
    async def _lower(self, levels: Levels, charger: Charger) -> None:
        # Without a password it is the lowest level.
        await levels.async_lower(charger, SecurityLevel.PASSWORD)


class NoCertificateFlow(_LowerFlow):
    """Accept a charger without a certificate again."""


class CertificateOfAnotherFlow(_LowerFlow):
    """Accept a charger in spite of the name in its certificate."""

    @override
    async def _lower(self, levels: Levels, charger: Charger) -> None:
        await levels.async_lower(charger, SecurityLevel.TLS, ignore_certificate=True)


class UnknownPasswordFlow(OcppRepairsFlow):
    """Admit a charger that is not added, and has no valid password."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the choice."""
        return self._menu(["let_in", "ignore"])

    async def async_step_let_in(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Allow its id without the password for a while."""
        if user_input is None:
            return self._show("let_in", minutes=_MINUTES)
        if (hub := self._hub) is None:
            return self._leave("not_running")
        hub.async_open(str(self._fix_data["charge_point_id"]))
        return self.async_create_entry(data={})

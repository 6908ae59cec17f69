"""The fix flow for the replacement of the certificate authority (CA)."""

from typing import override

from homeassistant.components.repairs import RepairsFlowResult

from ..certificates.ca_renewal import CaRenewal
from .flows import ReadFlow


class CaRenewalFlow(ReadFlow):
    """Use the new CA, although some chargers have not got it."""

    @override
    def _mend(self) -> RepairsFlowResult:
        if (hub := self._hub) is None or (entry := self._entry) is None:
            return self._leave("not_running")
        entry.async_create_task(
            self.hass, hub.part(CaRenewal).async_finish(), "ocpp_cs CA"
        )
        return self.async_create_entry(data={})

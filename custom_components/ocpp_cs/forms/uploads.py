"""Files of certificates and keys that are uploaded in a form."""

from pathlib import Path

from homeassistant.components.file_upload import process_uploaded_file
from homeassistant.core import HomeAssistant

from ..csms.security.chains import LARGEST, text_of


async def async_read_upload(hass: HomeAssistant, file_id: str) -> str:
    """Return an uploaded file, which is deleted then; empty text if it is gone."""

    def read_it() -> str:
        with (
            process_uploaded_file(hass, file_id) as path,
            Path(path).open("rb") as file,
        ):
            # More than that is refused as unreadable.
            return text_of(file.read(LARGEST + 1))

    try:
        return await hass.async_add_executor_job(read_it)
    except OSError, ValueError:
        return ""

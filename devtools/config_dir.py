"""Home Assistant's configuration folder, written before it starts."""

from collections.abc import Iterable
from datetime import UTC, datetime
import json
from pathlib import Path
import shutil
from typing import Any

from . import BLUEPRINTS, COMPONENT, DOMAIN

_CONFIGURATION = """\
# Written by devtools/config_dir.py at every start.
homeassistant:
  name: {name}
  latitude: 52.52
  longitude: 13.405
  elevation: 34
  unit_system: metric
  time_zone: Europe/Berlin
  country: DE
  currency: EUR
  language: {language}

# What default_config brings, without what looks for other devices on the network.
config:
energy:
history:
logbook:
my:
recorder:

# What the user interface writes.
automation: !include automations.yaml
scene: !include scenes.yaml
script: !include scripts.yaml

logger:
  default: warning
  logs:
    custom_components: {log_level}
    # What a machine without ffmpeg and libjpeg-turbo is told with stack traces.
    haffmpeg.core: fatal
    haffmpeg.tools: fatal
    homeassistant.components.camera.img_util: fatal
    homeassistant.components.ffmpeg: fatal
    # Says of each custom integration that it is one.
    homeassistant.loader: error
"""


def write_config_dir(
    path: Path,
    *,
    host: str,
    port: int,
    name: str = "Home",
    language: str = "en",
    log_level: str = "info",
    extra: str = "",
    components: Iterable[Path] = (COMPONENT,),
) -> None:
    """Make `path` a configuration folder, or bring one up to date; data is kept.

    The web server listens on `host` and `port`. `components` are folders of custom
    integrations, which are linked, so that what runs is what the checkout holds.
    `extra` is YAML for configuration.yaml.
    """
    path.mkdir(parents=True, exist_ok=True)
    (path / "configuration.yaml").write_text(
        _CONFIGURATION.format(name=name, language=language, log_level=log_level)
        + extra,
        encoding="utf-8",
    )
    for file in ("automations.yaml", "scenes.yaml", "scripts.yaml"):
        if not (path / file).exists():
            (path / file).write_text("", encoding="utf-8")
    _link_components(path / "custom_components", components)
    shutil.copytree(
        BLUEPRINTS, path / "blueprints" / "automation" / DOMAIN, dirs_exist_ok=True
    )
    _write_http(path, host, port)
    if not (path / ".storage" / "onboarding").exists():
        # All but the user. The step for the location would add integrations that
        # ask the internet for the weather and for radio stations.
        _write_storage(
            path, "onboarding", {"done": ["core_config", "analytics", "integration"]}, 4
        )


def _link_components(folder: Path, components: Iterable[Path]) -> None:
    # Links alone: what a person put there besides is left alone.
    folder.mkdir(exist_ok=True)
    for link in folder.iterdir():
        if link.is_symlink():
            link.unlink()
    for component in components:
        target = folder / component.name
        if target.exists():
            shutil.rmtree(target)
        target.symlink_to(component, target_is_directory=True)


def _write_http(path: Path, host: str, port: int) -> None:
    # YAML's `http:` would be taken for a trial that has to be confirmed in the
    # browser; what is stored is final.
    settings = {
        "server_host": [host],
        "server_port": port,
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": False,
        "ssl_profile": "intermediate_v6",
        "use_x_frame_options": True,
        "created_at": datetime.now(UTC).isoformat(),
        "error": None,
        "error_message": None,
    }
    _write_storage(
        path,
        "http",
        {"stable": settings, "pending": None, "yaml_migration_done": True},
        3,
    )


def _write_storage(path: Path, key: str, data: dict[str, Any], version: int) -> None:
    storage = path / ".storage"
    storage.mkdir(exist_ok=True)
    content = {"version": version, "minor_version": 1, "key": key, "data": data}
    (storage / key).write_text(json.dumps(content, indent=2), encoding="utf-8")

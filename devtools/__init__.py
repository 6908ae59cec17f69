"""What the demo, the browser tests and the benchmark share: a real Home Assistant."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The checkout."""
DEV = ROOT / ".dev"
"""Everything that scripts/ makes."""
COMPONENT = ROOT / "custom_components" / "ocpp_cs"
BLUEPRINTS = ROOT / "blueprints" / "automation" / "ocpp_cs"
DOMAIN = "ocpp_cs"
MDNS_STAND_IN = ROOT / "devtools" / "mdns_stand_in"
"""A custom integration that lets simulated chargers be discovered."""
DEMO_HOUSE = ROOT / "devtools" / "demo_house"
"""A custom integration for the meters of the demo's house."""

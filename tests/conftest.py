"""What all tests share.

Parts without Home Assistant are tested without it; the tests of the integration itself, which take the test plugin's
hass fixture, get what it needs here. tests/e2e runs in an environment without that plugin, so nothing of it is
imported at the top.
"""

from collections.abc import Iterator
from importlib.util import find_spec
import os

import pytest

from tests import failures
from tests.sampling import LONG

pytest_configure = failures.pytest_configure

HAS_PLUGIN = find_spec("pytest_homeassistant_custom_component") is not None

if find_spec("hypothesis"):
    from hypothesis import settings

    # How long an example takes depends on the machine. In CI a run must not differ from the one before it.
    settings.register_profile(
        "ocpp_cs", deadline=None, derandomize="CI" in os.environ, database=None
    )
    settings.register_profile(
        "long", settings.get_profile("ocpp_cs"), max_examples=1000, derandomize=False
    )
    settings.load_profile("long" if LONG else "ocpp_cs")

if HAS_PLUGIN:
    # Before the plugin's own "custom_components" package of test integrations is found under that name.
    import custom_components.ocpp_cs  # noqa: F401
    from custom_components.ocpp_cs.csms.limits.limiter import Limiter

    @pytest.fixture(autouse=True)
    def unexpected_states(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
        """Fail each test in which the state of a limit changes as its table forbids."""
        changes: list[str] = []
        note = Limiter._note_unexpected

        def noted(limiter: Limiter, change: str) -> None:
            changes.append(change)
            note(limiter, change)

        monkeypatch.setattr(Limiter, "_note_unexpected", noted)
        yield changes
        assert not changes

    @pytest.fixture(autouse=True)
    def _this_machine_only(socket_enabled: None) -> None:
        """Let tests open sockets, as most talk over real ones.

        The plugin blocks all of them; what stays is that only 127.0.0.1 can be reached.
        """

    @pytest.fixture(autouse=True)
    def _find_integration(request: pytest.FixtureRequest) -> None:
        """Let Home Assistant find the integration, in tests that have one."""
        if "hass" not in request.fixturenames:
            return
        # The recorder has to be there before anything else asks for hass.
        if "recorder_mock" in request.fixturenames:
            request.getfixturevalue("recorder_mock")
        request.getfixturevalue("enable_custom_integrations")

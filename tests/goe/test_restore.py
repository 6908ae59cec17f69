"""A charger that leaves gets its values back, where ours are still there."""

from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.ocpp_cs.goe.apply import apply
from custom_components.ocpp_cs.goe.client import GoEClient
from custom_components.ocpp_cs.goe.plan import Wishes, make_plan, plan_repair
from custom_components.ocpp_cs.goe.restore import Backup, Restored, restore
from custom_components.ocpp_cs.goe.settings import SETTINGS
from simulator import GoE
from tests.csms.strategies import JSON
from tests.simulator.central import Central

from .devices import POLL, sets
from .test_apply import MESSY, settings, url_of


async def set_up(client: GoEClient, url: str) -> Backup:
    wishes = Wishes(url=url, sample_interval=10, heartbeat_interval=60)
    plan = make_plan(await client.state(), wishes)
    return await apply(client, plan, poll=POLL)


async def test_removed(charger: GoE, client: GoEClient, central: Central) -> None:
    charger.api.values |= MESSY
    before = settings(charger)
    backup = await set_up(client, url_of(central))
    await charger.wait_idle()
    # The heartbeat interval is what the central system told, which is ours as well.
    assert charger.api.get("ocpph") == 300
    restored = await restore(client, backup)
    assert (restored.changed, restored.refused) == ({}, {})
    after = settings(charger)
    # Forced off months ago: that would stop the next car for good.
    assert before.pop("frc") == 1
    assert after.pop("frc") == 0
    assert after == before
    # OCPP goes off before the address goes back.
    keys = [pair.partition("=")[0] for pair in sets(charger)[-1].split("&")]
    assert keys.index("ocppe") < keys.index("ocppu")
    await charger.wait_for(lambda: not charger.connected)


async def test_what_others_changed_stays(
    charger: GoE, client: GoEClient, central: Central
) -> None:
    charger.api.values |= MESSY
    backup = await set_up(client, url_of(central))
    charger.api.values |= {"ocppu": "ws://127.0.0.1:1/x", "lmo": 5, "acs": 1}
    restored = await restore(client, backup)
    assert restored.changed == {
        "ocppu": "ws://127.0.0.1:1/x",
        "lmo": 5,
        # It points elsewhere, so that this came from elsewhere.
        "ocpph": 300,
    }
    # Back where it was already.
    assert "acs" not in restored.keys
    assert {"fup", "awe", "ocppd"} <= {*restored.keys}
    assert charger.api.values["lmo"] == 5
    assert charger.api.values["ocppu"] == "ws://127.0.0.1:1/x"


async def test_refused(charger: GoE, client: GoEClient) -> None:
    charger.api.values |= {"ocppu": "ws://ours/1", "amp": 10}
    backup = Backup(
        url="ws://ours/1",
        before={"amp": 99, "ocppu": ""},
        ours={"amp": 10, "ocppu": "ws://ours/1"},
    )
    restored = await restore(client, backup)
    assert restored.keys == ("ocppu",)
    assert restored.refused.keys() == {"amp"}


async def test_nothing_to_put_back(charger: GoE, client: GoEClient) -> None:
    empty = Backup(url="ws://ours/1", before={}, ours={})
    assert await restore(client, empty) == Restored()
    only_passing = Backup(url="ws://ours/1", before={"frc": 1}, ours={"frc": 0})
    assert await restore(client, only_passing) == Restored()
    assert await restore(client, only_passing, passing=True) == Restored(keys=("frc",))
    assert charger.api.values["frc"] == 1


async def test_a_key_that_is_gone(charger: GoE, client: GoEClient) -> None:
    """A newer firmware has no `psm` any more."""
    charger.version = (60, 4)
    backup = Backup(url="ws://ours/1", before={"psm": 2}, ours={"psm": 0})
    assert await restore(client, backup) == Restored()
    assert sets(charger) == []


async def test_after_a_repair(
    charger: GoE, client: GoEClient, central: Central
) -> None:
    """Our address has changed since; what was there first is what goes back."""
    first = await set_up(client, url_of(central))
    async with Central() as moved:
        plan = plan_repair(await client.state(), url_of(moved))
        second = first.followed_by(await apply(client, plan, poll=POLL))
        assert second.url == url_of(moved)
        assert (await restore(client, second)).changed == {}
        assert charger.api.values["ocppu"] == ""
        assert charger.api.values["ocppd"] == "no-card"


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"url": 1, "before": {}, "ours": {}},
        {"url": "", "before": [], "ours": {}},
        {"url": "", "before": {}},
    ],
)
def test_no_backup(data: Any) -> None:
    assert Backup.from_dict(data) is None


@given(
    st.fixed_dictionaries(
        {
            "url": JSON,
            "before": st.dictionaries(st.sampled_from([*SETTINGS, "rst"]), JSON),
            "ours": st.dictionaries(st.sampled_from([*SETTINGS, "hai"]), JSON),
        }
    )
)
def test_any_backup(data: dict[str, Any]) -> None:
    """What was stored is not trusted more than a charger: it is written to one."""
    backup = Backup.from_dict(data)
    if backup is None:
        assert not isinstance(data["url"], str)
        return
    for key, value in (*backup.before.items(), *backup.ours.items()):
        assert SETTINGS[key].fits(value)
    assert Backup.from_dict(backup.as_dict()) == backup

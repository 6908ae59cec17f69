"""Monitors of variables (N02 to N08)."""

from itertools import batched
from typing import Any

from ...commands import Answer
from ..commands import Fields, V2Commands
from ..device_model.values import number
from ..monitoring.alerts import Alerts
from ..streams.monitors import Monitors
from .fields import as_list, send_and_collect

_MOST = 1000
"""The items of a message where the station reports no limit."""


async def set_variable_monitoring(commands: V2Commands, fields: Fields) -> Answer:
    """Install monitors (N04), in as many messages as are needed."""
    answer = await _in_pieces(
        commands,
        "SetVariableMonitoring",
        "set_monitoring_data",
        as_list(fields["set_monitoring_data"]),
        "set_monitoring_result",
    )
    commands.charge_point.part(Monitors).set(answer["set_monitoring_result"])
    return answer


async def clear_variable_monitoring(commands: V2Commands, fields: Fields) -> Answer:
    """Delete monitors by their ids (N06), in as many messages as are needed."""
    answer = await _in_pieces(
        commands,
        "ClearVariableMonitoring",
        "id",
        as_list(fields["id"]),
        "clear_monitoring_result",
    )
    alerts = commands.charge_point.part(Alerts)
    for one in answer["clear_monitoring_result"]:
        if one.get("status") in {"accepted", "not_found"}:
            alerts.monitor_gone(one["id"])
    return answer


async def set_monitoring_base(commands: V2Commands, fields: Fields) -> Answer:
    """Choose which monitors are in use (N03)."""
    answer = await commands.caller.send("SetMonitoringBase", **fields)
    if fields["monitoring_base"] != "all":
        commands.charge_point.part(Alerts).monitors_replaced()
    return answer


async def _in_pieces(
    commands: V2Commands, action: str, member: str, items: list[Any], result: str
) -> Answer:
    """Send items, as many at once as the station takes; return all results."""
    limit = commands.station.inventory.value(
        "MonitoringCtrlr", "ItemsPerMessage", action
    )
    answer: Answer = {}
    results: list[Any] = []
    for piece in batched(items, number(limit) or _MOST, strict=False):
        answer = await commands.caller.send(action, **{member: list(piece)})
        results += answer.get(result, ())
    return answer | {result: results}


async def get_monitoring_report(commands: V2Commands, fields: Fields) -> Answer:
    """Return the monitors of variables (N02)."""
    criteria = sorted(as_list(fields.get("monitoring_criteria")))
    return await send_and_collect(
        commands,
        "GetMonitoringReport",
        {**fields, "monitoring_criteria": criteria or None},
        pieces="NotifyMonitoringReport",
        member="monitor",
    )

"""Monitors of variables (N02 to N08)."""

from ...commands import Answer
from ..commands import Fields, V2Commands
from .fields import as_list, send_and_collect


async def clear_variable_monitoring(commands: V2Commands, fields: Fields) -> Answer:
    """Delete monitors by their ids (N06)."""
    return await commands.caller.send(
        "ClearVariableMonitoring", id=as_list(fields["id"])
    )


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

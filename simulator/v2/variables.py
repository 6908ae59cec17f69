"""What the CSMS reads and writes of the device model (2.0.1, B05 to B08)."""

from collections.abc import Iterable
import json
from typing import TYPE_CHECKING

from simulator.errors import CallError
from simulator.structures import Payload, dumps

from .device_model import Variable, key_of

if TYPE_CHECKING:
    from .station import ChargingStation, Handler

CRITERIA = ("Active", "Available", "Enabled", "Problem")
SUMMARY = ("AvailabilityState", "Problem", "Active")


class Variables:
    """The messages about variables."""

    def __init__(self, station: ChargingStation) -> None:
        self._station = station
        self.report_size = 10
        """How many variables are in one NotifyReport."""
        self.handlers: dict[str, Handler] = {
            "GetBaseReport": self._get_base_report,
            "GetReport": self._get_report,
            "GetVariables": self._get_variables,
            "SetVariables": self._set_variables,
        }

    def _heed_limits(self, action: str, items: list[Payload], payload: Payload) -> None:
        model = self._station.model
        most = model.integer("DeviceDataCtrlr", "ItemsPerMessage", action)
        if most and len(items) > most:
            self._station.violation(f"{action} with {len(items)} items, of {most}")
            raise CallError("OccurrenceConstraintViolation", f"at most {most} items")
        most = model.integer("DeviceDataCtrlr", "BytesPerMessage", action)
        if most and len(dumps(payload).encode()) > most:
            self._station.violation(f"{action} is longer than {most} bytes")
            raise CallError("FormatViolation", f"at most {most} bytes")

    def _get_variables(self, payload: Payload) -> Payload:
        wanted = payload["getVariableData"]
        self._heed_limits("GetVariables", wanted, payload)
        return {"getVariableResult": [self._read(one) for one in wanted]}

    def _read(self, wanted: Payload) -> Payload:
        result: Payload = {
            "component": wanted["component"],
            "variable": wanted["variable"],
        }
        kind = wanted.get("attributeType", "Actual")
        if "attributeType" in wanted:
            result["attributeType"] = kind
        status, variable = self._find(wanted)
        if status == "Accepted" and kind != "Actual":
            status = "NotSupportedAttributeType"
        if variable is not None and variable.mutability == "WriteOnly":
            status = "Rejected"
        result["attributeStatus"] = status
        if status == "Accepted" and variable is not None:
            result["attributeValue"] = self._value(variable)
        return result

    def _value(self, variable: Variable) -> str:
        if variable.component == "ClockCtrlr" and variable.name == "DateTime":
            return self._station.timestamp()
        return variable.value

    def _find(self, wanted: Payload) -> tuple[str, Variable | None]:
        key = key_of(wanted["component"], wanted["variable"])
        model = self._station.model
        if (variable := model.find(key)) is not None:
            return "Accepted", variable
        known = key[:4] in model.components()
        return "UnknownVariable" if known else "UnknownComponent", None

    def _set_variables(self, payload: Payload) -> Payload:
        wanted = payload["setVariableData"]
        self._heed_limits("SetVariables", wanted, payload)
        keys = [key_of(one["component"], one["variable"]) for one in wanted]
        if len(set(keys)) < len(keys):
            self._station.violation("SetVariables names a variable twice (B05.FR.11)")
        return {"setVariableResult": [self._write(one) for one in wanted]}

    def _write(self, wanted: Payload) -> Payload:
        result: Payload = {
            "component": wanted["component"],
            "variable": wanted["variable"],
        }
        kind = wanted.get("attributeType", "Actual")
        if "attributeType" in wanted:
            result["attributeType"] = kind
        status, variable = self._find(wanted)
        value = wanted["attributeValue"]
        if not isinstance(value, str):
            raise TypeError(f"attributeValue is {json.dumps(value)}, not a string")
        problem: tuple[str, str] | None = None
        if status == "Accepted" and kind != "Actual":
            status = "NotSupportedAttributeType"
        elif variable is not None:
            problem = self._problem_of(variable, value)
            if problem is not None:
                status = "Rejected"
            elif variable.name == "BasicAuthPassword":
                self._station.security.take_password(value)
            else:
                self._station.model.set(variable, value)
                self._station.log(f"{variable.component}.{variable.name} = {value}")
                if variable.reboot:
                    status = "RebootRequired"
        result["attributeStatus"] = status
        if problem is not None:
            code, text = problem
            result["attributeStatusInfo"] = {
                "reasonCode": code,
                "additionalInfo": text,
            }
        return result

    def _problem_of(self, variable: Variable, value: str) -> tuple[str, str] | None:
        if variable.mutability == "ReadOnly":
            return "ReadOnly", "it can only be read"
        if (text := variable.problem_of(value)) is not None:
            return "InvalidValue", text
        if variable.name == "NetworkConfigurationPriority":
            text = self._station.security.problem_of_priority(value)
            return None if text is None else ("InvalidNetworkConf", text)
        if (
            variable.name == "BasicAuthPassword"
            and self._station.faults.password_rejected
        ):
            return "InvalidValue", "refused"
        return None

    def _get_base_report(self, payload: Payload) -> Payload:
        model = self._station.model
        chosen: Iterable[Variable]
        match payload["reportBase"]:
            case "FullInventory":
                chosen = model
            case "ConfigurationInventory":
                chosen = [one for one in model if one.mutability != "ReadOnly"]
            case "SummaryInventory":
                chosen = [one for one in model if one.name in SUMMARY]
            case _:
                return {"status": "NotSupported"}
        return self._report(payload["requestId"], chosen)

    def _get_report(self, payload: Payload) -> Payload:
        wanted = payload.get("componentVariable") or []
        self._heed_limits("GetReport", wanted, payload)
        criteria = payload.get("componentCriteria") or []
        model = self._station.model
        chosen = [
            one
            for one in model
            if (not wanted or any(fits(one, entry) for entry in wanted))
            and (not criteria or self._meets(one, criteria))
        ]
        return self._report(payload["requestId"], chosen)

    def _meets(self, variable: Variable, criteria: list[str]) -> bool:
        """Return whether the variable's component is as one criterion says (B08)."""
        for name in criteria:
            key = (*variable.key[:4], name.casefold(), "")
            found = self._station.model.find(key)
            if found is None:
                # B08.FR.09: without the variable it counts as available and enabled.
                if name in ("Available", "Enabled"):
                    return True
            elif found.value == "true":
                return True
        return False

    def _report(self, request_id: int, chosen: Iterable[Variable]) -> Payload:
        entries = [one.reported() for one in chosen]
        for entry in entries:
            if entry["variable"]["name"] == "DateTime":
                entry["variableAttribute"][0]["value"] = self._station.timestamp()
        if not entries:
            return {"status": "EmptyResultSet"}
        size = self.report_size
        pieces = [entries[at : at + size] for at in range(0, len(entries), size)]
        for number, piece in enumerate(pieces):
            self._station.reply(
                "NotifyReport",
                {
                    "requestId": request_id,
                    "generatedAt": self._station.timestamp(),
                    "seqNo": number,
                    "tbc": number < len(pieces) - 1,
                    "reportData": piece,
                },
            )
        return {"status": "Accepted"}


def fits(variable: Variable, wanted: Payload) -> bool:
    """Return whether a variable is among those that a ComponentVariableType names."""
    component = wanted["component"]
    if component["name"].casefold() != variable.component.casefold():
        return False
    instance = component.get("instance")
    if instance is not None and instance.casefold() != (
        variable.component_instance.casefold()
    ):
        return False
    evse = component.get("evse")
    if evse is not None and (
        evse["id"] != variable.evse
        or evse.get("connectorId") not in (None, variable.plug)
    ):
        return False
    named = wanted.get("variable")
    if named is None:
        return True
    if named["name"].casefold() != variable.name.casefold():
        return False
    instance = named.get("instance")
    return instance is None or instance.casefold() == variable.instance.casefold()

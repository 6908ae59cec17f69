"""The command line and its console."""

import argparse
import asyncio
import os
from pathlib import Path
import re
import sys

from cryptography.hazmat.primitives.asymmetric import ec
import pytest

from simulator import Bender, ChargingStation, Evc5, Generic, GoE
from simulator.__main__ import build, identities, parse_plug, parser, run
from simulator.console import HELP, CarOptions, Console, Quit, percent
from simulator.v2.vehicle.discharging import V2xCar
from tests.simulator.central import Central
from tests.simulator.helpers import FAST, default_profile
from tests.simulator.pki import authority, key_pem, pem
from tests.simulator.v2.csms import Csms

ROOT = Path(__file__).parents[2]


def parse(text: str) -> argparse.Namespace:
    return parser().parse_args(text.split())


@pytest.mark.parametrize(
    ("first", "count", "expected"),
    [
        ("237512", 3, ["237512", "237513", "237514"]),
        ("CP-09", 2, ["CP-09", "CP-10"]),
        ("007", 2, ["007", "008"]),
        ("box", 3, ["box", "box-2", "box-3"]),
        ("one", 1, ["one"]),
    ],
)
def test_identities(first: str, count: int, expected: list[str]) -> None:
    assert identities(first, count) == expected


def test_plug_and_percent() -> None:
    assert parse_plug("40%") == (1, 40.0)
    assert parse_plug("2:55") == (2, 55.0)
    for wrong in ("x", "2:x", "140%", ""):
        with pytest.raises(ValueError):
            parse_plug(wrong)
    assert percent("0") == 0


@pytest.mark.parametrize(
    ("make", "kind", "connectors"),
    [
        ("goe", GoE, 1),
        ("bender", Bender, 1),
        ("evc5", Evc5, 2),
        ("generic", Generic, 1),
    ],
)
async def test_build(make: str, kind: type, connectors: int) -> None:
    (charger,) = build(parse(make))
    assert type(charger) is kind
    assert len(charger.connectors) == connectors + 1
    assert charger.link.url.startswith("ws://127.0.0.1:9000/")


async def test_build_with_everything() -> None:
    chargers = build(
        parse(
            "generic --count 2 --id A1 --connectors 3 --interval 7 --speed 10 "
            "--firmware 9 --seed 4 --measurands Voltage --register 500 --noise 0 "
            "--auto-start FREE --fault slow_answer=5 --fault occupied --password x"
        )
    )
    assert [charger.charge_point_id for charger in chargers] == ["A1", "A2"]
    charger = chargers[0]
    assert len(charger.connectors) == 4
    assert charger.configuration.integer("MeterValueSampleInterval") == 7
    assert charger.configuration.names("MeterValuesSampledData") == ["Voltage"]
    assert charger.clock.factor == 10
    assert charger.firmware == "9"
    assert charger.connector(1).register_wh == 500
    assert charger.auto_start_tag == "FREE"
    assert charger.faults.active() == {"slow_answer": 5.0, "occupied": True}
    assert "Authorization" in charger.link.headers
    # Each has switches of its own.
    assert chargers[1].faults is not charger.faults


@pytest.mark.parametrize(("first", "ports"), [(0, [0, 0]), (8080, [8080, 8081])])
async def test_http_ports(first: int, ports: list[int]) -> None:
    chargers = build(parse(f"goe --count 2 --http-port {first}"))
    assert [c._http_port for c in chargers if isinstance(c, GoE)] == ports


async def test_build_with_security(tmp_path: Path) -> None:
    home = authority()
    key = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "root").write_text(home.pem)
    (tmp_path / "own").write_text(pem(home.sign(key.public_key(), "SN")))
    (tmp_path / "key").write_text(key_pem(key))
    (charger,) = build(
        parse(
            f"bender --profile 3 --root {tmp_path / 'root'} --key-kind rsa "
            f"--certificate {tmp_path / 'own'} --key {tmp_path / 'key'} "
            "--tls-port 9001 --common-name SN --password-form text"
        )
    )
    assert isinstance(charger, Bender)
    assert charger.link.url == "wss://127.0.0.1:9001/BENDER-1"
    assert charger.identity.summary() == (
        "profile 3, password none, roots: Home, own certificate: SN"
    )
    assert charger.security_settings.password_form == "text"
    assert charger.security_settings.key_kind == "rsa"
    (plain,) = build(parse("generic --no-extension"))
    assert "InstallCertificate" in plain.not_implemented
    (plain,) = build(parse("generic"))
    assert "InstallCertificate" not in plain.not_implemented


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("goe --profile 1", "goe has no such security"),
        ("evc5 --no-extension", "evc5 has no such security"),
        ("generic --key simulator/README.md", "needs its key"),
        ("generic --root simulator/README.md", "PEM"),
    ],
)
async def test_bad_security(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        build(parse(text))


async def test_build_a_station_of_2_0_1() -> None:
    (station,) = build(
        parse(
            "--protocol 2.0.1 --plugs 1,2 --interval 7 --events --id S "
            "--set TxCtrlr.TxStartPoint=EVConnected,Authorized"
        )
    )
    assert isinstance(station, ChargingStation)
    assert [len(evse.plugs) for evse in station.evses] == [1, 2]
    assert station.model.integer("SampledDataCtrlr", "TxUpdatedInterval") == 7
    starts = station.model.names("TxCtrlr", "TxStartPoint")
    assert starts == ["EVConnected", "Authorized"]
    assert station.notify_events
    with pytest.raises(ValueError, match="goe does not speak"):
        build(parse("goe --protocol 2.0.1"))
    with pytest.raises(ValueError, match="each EVSE has one"):
        build(parse("--protocol 2.0.1 --plugs 1,0"))


async def test_bad_fault() -> None:
    with pytest.raises(ValueError, match="no such fault"):
        build(parse("goe --fault nonsense"))


class TestConsole:
    async def test_a_day_at_the_console(self, central: Central) -> None:
        async with GoE(central.url, "237512", **FAST) as charger:
            await charger.wait_idle()
            console = Console([charger], CarOptions(phases=1, max_current=32))
            assert await console.execute("") == ""
            assert await console.execute("help") == HELP
            assert "no command" in await console.execute("dance")
            assert await console.execute("plug 1 40%") == ""
            await charger.wait_for(
                lambda: charger.connector(1).transaction_id is not None
            )
            assert charger.connector(1).currents == (16, 0, 0)
            assert "1: Charging, 40." in await console.execute("status")
            await console.execute("meter")
            await central.expect("MeterValues")
            await console.execute("error 1 OverVoltage")
            assert central.of("StatusNotification")[-1]["errorCode"] == "OverVoltage"
            await console.execute("ok")
            assert charger.connector(1).status == "Charging"
            assert await console.execute("profiles") == "none"
            await central.ask("SetChargingProfile", default_profile(8))
            assert "TxDefaultProfile" in await console.execute("profiles")
            assert "Accepted" in await console.execute("card no-card")
            await console.execute("unplug")
            assert charger.connector(1).status == "Available"

    async def test_faults_and_the_line(self, central: Central) -> None:
        async with Generic(central.url, "CP", **FAST) as charger:
            await charger.wait_idle()
            console = Console([charger])
            assert "half_open" in await console.execute("fault")
            assert await console.execute("fault slow_answer 3") == "on: slow_answer=3.0"
            assert await console.execute("fault slow_answer=off") == "on: none"
            assert "no such fault" in await console.execute("fault nonsense")
            assert await console.execute("fault drop") == "dropped"
            await charger.wait_for(lambda: not charger.connected)
            await charger.wait_accepted()
            await console.execute("offline")
            await charger.wait_for(lambda: not charger.connected)
            assert "NotConnected" in await console.execute("malformed {}")
            await console.execute("online")
            await charger.wait_accepted()
            await console.execute("malformed {}")
            await central.wait(lambda: "{}" in central.frames)
            await console.execute("abandon")
            await console.execute("reboot")
            await charger.wait_for(lambda: charger.boot_count == 1)
            await charger.wait_accepted()
            assert "500 times" in await console.execute("speed 500")
            assert "did not work" in await console.execute("speed 0")
            assert "did not work" in await console.execute("plug 9")
            assert "did not work" in await console.execute("plug 1 400%")
            assert "which card" in await console.execute("card")
            assert "quotation" in await console.execute('card "x')
            with pytest.raises(Quit):
                await console.execute("quit")

    async def test_security(self, central: Central) -> None:
        central.rules["SignCertificate"] = {"status": "Accepted"}
        async with Generic(central.url, "CP", **FAST) as charger:
            await charger.wait_idle()
            console = Console([charger])
            assert await console.execute("security") == (
                "profile 0, password none, roots: none, own certificate: none"
            )
            assert "password set" in await console.execute("security 1 secret")
            await central.wait(lambda: len(central.paths) == 2)
            await charger.wait_idle()
            assert "Authorization" in central.headers[-1]
            assert "secret" not in await console.execute("security")
            assert await console.execute("sign") == "Accepted"
            await central.expect("SignCertificate")
            assert "did not work" in await console.execute("security 4")
            assert await console.execute("address") == f"it is {central.url}/CP"
            await console.execute(f"address {central.url}/other")
            await central.wait(lambda: len(central.paths) == 3)
            assert central.paths[-1] == "/ocpp/other/CP"
        async with GoE(central.url, "237512", **FAST) as other:
            console = Console([other])
            for command in ("security", "sign"):
                assert "generic and bender" in await console.execute(command)

    async def test_a_station_of_2_0_1(self) -> None:
        async with Csms() as csms, ChargingStation(csms.url, "S", plugs=(2,)) as one:
            await one.wait_idle()
            console = Console([one])
            assert await console.execute("plug 1/2 40%") == ""
            assert await console.execute("card TAG 1") == "Accepted"
            await one.wait_for(lambda: one.connector(1).status == "Charging")
            await one.wait_idle()
            assert csms.events("Started")[0]["evse"]["connectorId"] == 2
            assert "1: Charging, 40." in await console.execute("status")
            await console.execute("meter")
            assert await console.execute("profiles") == "none"
            assert "profile 0" in await console.execute("security")
            await console.execute("error 1 OverVoltage")
            assert one.connector(1).status == "Faulted"
            await console.execute("ok")
            await console.execute("unplug")
            assert one.connector(1).status == "Available"
            assert "did not work" in await console.execute("plug 1/7")

    async def test_one_of_several(self) -> None:
        chargers = [Generic("ws://127.0.0.1:1", name) for name in ("A", "B")]
        console = Console(chargers)
        await console.execute("@B plug")
        assert [c.connector(1).plugged for c in chargers] == [False, True]
        await console.execute("plug")
        assert [c.connector(1).plugged for c in chargers] == [True, True]
        assert "no charger C" in await console.execute("@C plug")
        for charger in chargers:
            await charger.stop()


async def test_as_a_process(central: Central) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulator",
        "evc5",
        *("--url", central.url, "--plug", "2:40%", "--interval", "10"),
        *("--auto-start", "FREE", "--speed", "100", "--console", "--frames"),
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdin is not None
    await central.wait(lambda: "MeterValues" in central.actions, 30)
    process.stdin.write(b"status\nnonsense\nquit\n")
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    text = output.decode()
    assert process.returncode == 0
    assert re.search(r"\d\d:\d\d:\d\d 11752628 connected to ws://", text)
    assert '> [2,"1","BootNotification"' in text
    assert "connector 2: Charging" in text
    assert "2: Charging, 4" in text
    assert "no command nonsense" in text


async def test_run(central: Central, capsys: pytest.CaptureFixture[str]) -> None:
    args = parse(f"goe --url {central.url} --count 2 --plug 80% --frames --http-port 0")
    running = asyncio.create_task(run(args))
    await central.expect("StartTransaction", 2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    output = capsys.readouterr().out
    assert " 237513 charging" not in output
    assert "237513 connector 1: Charging" in output
    assert '237512 > [2,"531531540","BootNotification"' in output


def test_a_car_with_an_id() -> None:
    assert parse("--protocol 2.1 --evccid 01:23").evccid == "01:23"
    assert CarOptions(evccid="01:23").car(40).evccid == "01:23"


def test_cars_that_give_energy_back() -> None:
    """They come with a station of 2.1 that lets them, unless it is told not to."""
    given = parse("--protocol 2.1 --discharges 3000")
    (charger,) = build(given)
    assert isinstance(charger, ChargingStation)
    assert charger.discharging.enabled
    car = CarOptions(discharge_w=given.discharges, capacity_kwh=77).car(40)
    assert isinstance(car, V2xCar)
    assert (car.discharge_w, car.capacity_kwh, car.soc) == (3000, 77, 40)
    text = "--protocol 2.1 --discharges 3000 --set V2XChargingCtrlr.Enabled=false"
    (charger,) = build(parse(text))
    assert isinstance(charger, ChargingStation)
    assert not charger.discharging.enabled


@pytest.mark.parametrize(
    "text", ["--discharges 3000", "--protocol 2.1 --discharges -1"]
)
def test_cars_that_cannot_give_energy_back(text: str) -> None:
    with pytest.raises(ValueError, match="discharges"):
        build(parse(text))


async def test_bad_arguments_as_a_process() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "simulator", "goe", "--plug", "much"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    assert b"Traceback" not in output

"""Car, meter, configuration, clock and fault switches by themselves."""

from datetime import UTC, datetime

import pytest

from simulator import Car, Clock, Faults
from simulator.clock import Timer
from simulator.configuration import Configuration, Key, boolean, integer, names
from simulator.measurands import STANDARD, Style, spoil
from simulator.meter import Meter, Reading


class TestCar:
    def test_takes_the_lower_of_offer_and_own_limit(self) -> None:
        car = Car(max_current=16)
        assert car.draw(32, 3, 0) == (16, 16, 16)
        assert car.draw(10, 3, 1) == (10, 10, 10)

    @pytest.mark.parametrize(
        ("own", "offered", "expected"),
        [
            (1, 3, (8, 0, 0)),
            (2, 3, (8, 8, 0)),
            (3, 3, (8, 8, 8)),
            (3, 1, (8, 0, 0)),
            (3, 2, (8, 8, 0)),
        ],
    )
    def test_phases(
        self, own: int, offered: int, expected: tuple[float, float, float]
    ) -> None:
        assert Car(phases=own).draw(8, offered, 0) == expected

    def test_nothing_below_six_amperes(self) -> None:
        assert Car().draw(5.9, 3, 0) == (0, 0, 0)
        assert Car().draw(6, 3, 0) == (6, 6, 6)

    def test_tapers_near_full_and_stops(self) -> None:
        car = Car(soc=95, taper_from=90, max_current=10)
        assert car.draw(16, 1, 0)[0] == pytest.approx(6.0)
        car.soc = 100
        assert car.full
        assert car.draw(16, 1, 1) == (0, 0, 0)

    def test_battery_fills_with_losses(self) -> None:
        car = Car(capacity_kwh=50, soc=10, efficiency=0.8)
        car.charge(10_000)
        assert car.soc == pytest.approx(26)
        car.charge(1_000_000)
        assert car.soc == 100

    def test_a_fuller_car_than_wanted_does_not_lose_charge(self) -> None:
        car = Car(soc=90, target_soc=80)
        car.charge(10)
        assert car.soc == 90

    def test_ignores_the_first_offer(self) -> None:
        car = Car(ignore_offers=1)
        assert car.draw(16, 3, 0) == (0, 0, 0)
        assert car.draw(16, 3, 100) == (0, 0, 0)
        car.draw(0, 3, 101)
        assert car.draw(16, 3, 102) == (16, 16, 16)

    def test_sleeps_after_a_long_pause(self) -> None:
        car = Car(sleeps_after=60)
        assert any(car.draw(16, 3, 0))
        car.draw(0, 3, 10)
        assert any(car.draw(16, 3, 69))
        car.draw(0, 3, 100)
        assert not any(car.draw(16, 3, 160))
        car.wake()
        assert any(car.draw(16, 3, 161))

    @pytest.mark.parametrize(
        "wrong", [{"phases": 4}, {"capacity_kwh": 0}, {"max_current": -1}]
    )
    def test_impossible_cars(self, wrong: dict[str, float]) -> None:
        with pytest.raises(ValueError):
            Car(**wrong)  # type: ignore[arg-type]


class TestMeter:
    def test_counts_what_flows(self) -> None:
        meter = Meter(register_wh=1000, noise=0)
        meter.read((16, 16, 16), offered=16, phases=3, soc=50)
        assert meter.reading.total_power == 11040
        assert meter.advance(1800) == pytest.approx(5520)
        assert meter.register_wh == pytest.approx(6520)

    def test_noise_is_the_same_for_the_same_seed(self) -> None:
        one, two, other = (Meter(seed=seed) for seed in (1, 1, 2))
        readings = [
            meter.read((16, 16, 16), offered=16, phases=3, soc=50)
            for meter in (one, two, other)
        ]
        assert readings[0] == readings[1] != readings[2]
        assert readings[0].voltage != (230, 230, 230)
        assert readings[0].total_power == pytest.approx(11040, rel=0.05)
        power = sum(
            volts * amps
            for volts, amps in zip(
                readings[0].voltage, readings[0].current, strict=True
            )
        )
        assert readings[0].total_power == pytest.approx(
            power * readings[0].power_factor
        )

    def test_override(self) -> None:
        meter = Meter()
        meter.override = Reading(energy_wh=5)
        assert meter.register_wh == 5
        assert meter.read((1, 1, 1), offered=6, phases=3, soc=0).energy_wh == 5


class TestMeasurands:
    def test_members_in_the_order_of_the_specification(self) -> None:
        values = Style().sampled_values(
            Reading(current=(1, 2, 3), energy_wh=12.345),
            ["Energy.Active.Import.Register", "Current.Import", "Nonsense"],
            "Trigger",
        )
        assert [value["value"] for value in values] == ["12.35", "1.00", "2.00", "3.00"]
        assert list(values[1]) == [
            "value",
            "context",
            "format",
            "measurand",
            "phase",
            "location",
            "unit",
        ]
        assert {value["context"] for value in values} == {"Trigger"}

    def test_spoiled(self) -> None:
        values = Style().sampled_values(
            Reading(), ["Temperature", "Frequency", "Voltage"], "Sample.Periodic"
        )
        spoil(values, bad_units=True, temperature_x1000=True)
        assert values[0]["value"] == 22500.0
        assert values[0]["unit"] == "Celcius"
        assert values[1]["unit"] == "Hz"
        assert values[2]["unit"] == "V"

    def test_every_standard_measurand_is_written(self) -> None:
        values = Style().sampled_values(Reading(), STANDARD, "Sample.Periodic")
        assert {value["measurand"] for value in values} == set(STANDARD)


class TestConfiguration:
    @pytest.fixture
    def configuration(self) -> Configuration:
        return Configuration(
            [
                integer("HeartbeatInterval", 60),
                integer("LightIntensity", 100, minimum=50, maximum=100, raises=True),
                boolean("LocalAuthorizeOffline", True),
                integer("NumberOfConnectors", 1, readonly=True),
                names("MeterValuesSampledData", "A,B", allowed=frozenset("ABC")),
                Key("AuthorizationKey", "secret", write_only=True),
                Key("Endpoint", "", reboot=True),
            ]
        )

    @pytest.mark.parametrize(
        ("key", "value", "status", "stored"),
        [
            ("HeartbeatInterval", "30", "Accepted", "30"),
            ("heartbeatinterval", "31", "Accepted", "31"),
            ("HeartbeatInterval", "x", "Rejected", "60"),
            ("HeartbeatInterval", "-1", "Rejected", "60"),
            ("LightIntensity", "20", "Accepted", "50"),
            ("LightIntensity", "101", "Rejected", "100"),
            ("LocalAuthorizeOffline", "False", "Accepted", "false"),
            ("LocalAuthorizeOffline", "0", "Accepted", "false"),
            ("LocalAuthorizeOffline", "maybe", "Rejected", "true"),
            ("NumberOfConnectors", "2", "Rejected", "1"),
            ("MeterValuesSampledData", "C, A", "Accepted", "C,A"),
            ("MeterValuesSampledData", "D", "Rejected", "A,B"),
            ("AuthorizationKey", "other", "Accepted", "other"),
            ("Endpoint", "ws://x", "RebootRequired", "ws://x"),
        ],
    )
    def test_change(
        self,
        configuration: Configuration,
        key: str,
        value: str,
        status: str,
        stored: str,
    ) -> None:
        changed: list[str] = []
        configuration.listener = changed.append
        assert configuration.change(key, value) == status
        assert configuration[key].value == stored
        assert bool(changed) == (status in ("Accepted", "RebootRequired"))

    def test_unknown(self, configuration: Configuration) -> None:
        assert configuration.change("Nonsense", "1") == "NotSupported"
        entries, unknown = configuration.get(["Nonsense", "heartbeatInterval"])
        assert unknown == ["Nonsense"]
        assert entries == [
            {"key": "HeartbeatInterval", "readonly": False, "value": "60"}
        ]

    def test_all(self, configuration: Configuration) -> None:
        entries, unknown = configuration.get(None, digit_booleans=True)
        assert unknown == []
        assert len(entries) == 7
        assert entries[2]["value"] == "1"
        assert "value" not in entries[5]

    def test_defaults(self, configuration: Configuration) -> None:
        assert configuration.integer("Nonsense", 7) == 7
        assert configuration.boolean("Nonsense", default=True)
        assert configuration.names("Nonsense") == []


class TestClock:
    def test_factor_only_speeds_up_time_that_passes(self) -> None:
        clock = Clock(50)
        assert clock.real(100) == 2
        assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 5
        before = clock.monotonic()
        clock.factor = 1
        assert clock.monotonic() >= before
        with pytest.raises(ValueError, match="positive"):
            clock.factor = 0

    def test_frozen(self) -> None:
        clock = Clock()
        when = datetime(2026, 1, 1, tzinfo=UTC)
        clock.freeze(when)
        assert clock.now() == when

    async def test_timer(self) -> None:
        clock = Clock(1000)
        fired: list[int] = []
        timer = Timer(clock, lambda: fired.append(1))
        timer.start(0)
        assert not timer.running
        timer.start(5)
        while len(fired) < 3:
            await clock.sleep(1)
        timer.stop()
        assert not timer.running


class TestFaults:
    def test_text(self) -> None:
        faults = Faults()
        heard: list[tuple[str, object]] = []
        faults.listener = lambda name, value: heard.append((name, value))
        assert faults.set("slow-answer=2.5") == "slow_answer"
        faults.set("half_open")
        faults.set("cut_configuration=100")
        assert faults.active() == {
            "slow_answer": 2.5,
            "half_open": True,
            "cut_configuration": 100,
        }
        faults.set("half_open=off")
        faults.set("slow_answer=0")
        assert list(faults.active()) == ["cut_configuration"]
        assert heard[0] == ("slow_answer", 2.5)

    @pytest.mark.parametrize(
        "text", ["nonsense", "half_open=maybe", "slow_answer", "slow_answer=x"]
    )
    def test_bad_text(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"no such|is on or off|needs a number"):
            Faults().set(text)

"""Files of several uploads that end at the same moment, each in a thread of its own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

from custom_components.ocpp_cs.transfers.files import KEPT, Incoming

_AT_ONCE = 4


def test_each_is_kept_whatever_the_others_do(tmp_path: Path) -> None:
    together = Barrier(_AT_ONCE)

    def upload(number: int) -> None:
        for count in range(100):
            incoming = Incoming(tmp_path)
            incoming.begin()
            incoming.write(b"1")
            together.wait(timeout=10.0)
            incoming.keep(f"{number}-{count}", datetime.now(UTC))

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        for done in [threads.submit(upload, number) for number in range(_AT_ONCE)]:
            done.result()
    assert not list(tmp_path.glob(".*"))
    assert KEPT <= len(list(tmp_path.iterdir())) < KEPT + _AT_ONCE


def test_one_that_was_given_up_is_not_begun(tmp_path: Path) -> None:
    incoming = Incoming(tmp_path / "new")
    # A request is cancelled while the disk, in a thread, is slow.
    incoming.discard()
    incoming.begin()
    incoming.write(b"1")
    assert not list(tmp_path.iterdir())

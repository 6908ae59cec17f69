"""What is private does not get into diagnostics, however broken a frame is."""

from collections.abc import Callable
import json

from homeassistant.helpers.redact import REDACTED
from hypothesis import given, strategies as st
import pytest

from custom_components.ocpp_cs.diagnostics.redaction import Redactor


def clean(text: str) -> str:
    """Return a text as it would be in diagnostics by itself."""
    redactor = Redactor()
    redactor.learn(text)
    return redactor.clean(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            '[2,"1","Authorize",{"idTag":"ANNA"}]',
            '[2,"1","Authorize",{"idTag":"**REDACTED**"}]',
        ),
        # Short ones stay, where nothing says that they are private.
        (
            '[2,"1","Authorize",{"idTag":"1"}]',
            '[2,"1","Authorize",{"idTag":"**REDACTED**"}]',
        ),
        # A number, where the specification wants a text.
        ('{"idTag" : 4711}', '{"idTag" : "**REDACTED**"}'),
        ("{'idTag': 'ANNA'}", "{'idTag': '**REDACTED**'}"),
        # Cut off.
        (
            '[2,"1","Authorize",{"idTag":"AN',
            '[2,"1","Authorize",{"idTag":"**REDACTED**',
        ),
        (
            '[2,"1","BootNotification",{"chargePointSerialNumber":"123456","iccid":"8931"',
            (
                '[2,"1","BootNotification",{"chargePointSerialNumber":"**REDACTED**",'
                '"iccid":"**REDACTED**"'
            ),
        ),
        ('{"idTag":"a\\"b,\\\\"}', '{"idTag":"**REDACTED**"}'),
        (
            '[3,"1",{"idTagInfo":{"status":"Accepted","parentIdTag":"FAMILY"}}]',
            '[3,"1",{"idTagInfo":{"status":"Accepted","parentIdTag":"**REDACTED**"}}]',
        ),
        # Configuration keys, the value before or after the key.
        (
            '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"0a1b"}]',
            (
                '[2,"1","ChangeConfiguration",'
                '{"key":"AuthorizationKey","value":"**REDACTED**"}]'
            ),
        ),
        (
            '{"value":"0a1b","readonly":false,"key":"AuthorizationKey"}',
            '{"value":"**REDACTED**","readonly":false,"key":"AuthorizationKey"}',
        ),
        (
            '{"key":"AuthorizationKey","readonly":false,"value":"0a',
            '{"key":"AuthorizationKey","readonly":false,"value":"**REDACTED**',
        ),
        # Other keys keep their values.
        (
            '{"key":"HeartbeatInterval","value":"60"},{"key":"WifiPassword","value":"x"}',
            (
                '{"key":"HeartbeatInterval","value":"60"},'
                '{"key":"WifiPassword","value":"**REDACTED**"}'
            ),
        ),
        (
            '{"key":"SerialPortEnabled","readonly":true,"value":"true"}',
            '{"key":"SerialPortEnabled","readonly":true,"value":"true"}',
        ),
        # Addresses.
        (
            '{"location":"ftp://me:pass@host/file"}',
            '{"location":"ftp://**REDACTED**/file"}',
        ),
        (
            '{"location":"https:\\/\\/me:pass@host\\/file?token=abc&x=1"}',
            '{"location":"https:\\/\\/**REDACTED**\\/file?token=**REDACTED**&x=1"}',
        ),
        (
            '{"location":"ftp://me:p@ss@[fe80::1]:21/log.txt"}',
            '{"location":"ftp://**REDACTED**:21/log.txt"}',
        ),
        (
            '{"remoteLocation":"http://10.0.0.5:8123/api/up/Zm9vYmFyYmF6cXV4MTIz"}',
            '{"remoteLocation":"http://**REDACTED**:8123/api/up/**REDACTED**"}',
        ),
        (
            '{"key":"ocppUrl","value":"192.168.1.7:9000","readonly":true}',
            '{"key":"ocppUrl","value":"**REDACTED**:9000","readonly":true}',
        ),
        (
            '"fe80::12:34%eth0 fd00:1::7 a4:CF:12:00:00:01 169.254.3.4 172.20.0.2"',
            '"**REDACTED** **REDACTED** **REDACTED** **REDACTED** **REDACTED**"',
        ),
        # Versions and times look alike.
        (
            '"v10.1.2.3 60.4.1.0 192.168.1.2.3 2026-10-20T12:00:00Z a4:cf:12:00"',
            '"v10.1.2.3 60.4.1.0 192.168.1.2.3 2026-10-20T12:00:00Z a4:cf:12:00"',
        ),
        # Certificates tell serial numbers.
        (
            '[2,"1","SignCertificate",{"csr":"-----BEGIN A-----\\nabc="}]',
            '[2,"1","SignCertificate",{"csr":"**REDACTED**"}]',
        ),
        (
            '{"certificateType":"CentralSystemRootCertificate","certificate":"MII="}',
            (
                '{"certificateType":"CentralSystemRootCertificate",'
                '"certificate":"**REDACTED**"}'
            ),
        ),
        # JSON within a text of JSON.
        (
            '[2,"1","DataTransfer",{"vendorId":"v","data":"{\\"idToken\\":\\"ANNA\\"}"}]',
            (
                '[2,"1","DataTransfer",'
                '{"vendorId":"v","data":"{\\"idToken\\":\\"**REDACTED**\\"}"}]'
            ),
        ),
        (
            '[2,"1","DataTransfer",{"data":"{\\"idToken\\":\\"ANNA',
            '[2,"1","DataTransfer",{"data":"{\\"idToken\\":\\"**REDACTED**',
        ),
        ('"{\\"idToken\\":\\"A1\\"}"', '"{\\"idToken\\":\\"**REDACTED**\\"}"'),
        ("", ""),
        ("no JSON at all", "no JSON at all"),
        (
            '[2,"1","StatusNotification",{"connectorId":1,"status":"Available"}]',
            '[2,"1","StatusNotification",{"connectorId":1,"status":"Available"}]',
        ),
    ],
)
def test_a_frame_is_cleaned(text: str, wanted: str) -> None:
    assert clean(text) == wanted


def test_what_is_private_somewhere_is_private_everywhere() -> None:
    data = {
        "charge_point_id": "goe_123456",
        "identity": {"serial": "123456", "meter_serial": None},
        "frames": ["hello from 123456", "1234567", '[2,"1","x",{"data":"Ü/123456"}]'],
        "settings": {"id_tag": "Müller"},
        "info": "Müller, M\\u00fcller",
    }
    redactor = Redactor()
    redactor.learn(data)
    assert redactor.clean(data) == {
        "charge_point_id": f"goe_{REDACTED}",
        "identity": {"serial": REDACTED, "meter_serial": None},
        "frames": [
            f"hello from {REDACTED}",
            # This is another number.
            "1234567",
            f'[2,"1","x",{{"data":"Ü/{REDACTED}"}}]',
        ],
        "settings": {"id_tag": REDACTED},
        "info": f"{REDACTED}, {REDACTED}",
    }


def test_a_configuration_key_is_cleaned_by_its_name() -> None:
    redactor = Redactor()
    keys = [
        {"key": "AuthorizationKey", "value": "00112233", "readonly": False},
        {"key": "HeartbeatInterval", "value": "60", "readonly": False},
        {"key": "SomeToken", "value": None, "readonly": True},
        {"key": "PinCode", "value": "7", "readonly": True},
    ]
    redactor.learn(keys)
    assert [item["value"] for item in redactor.clean(keys)] == [
        REDACTED,
        "60",
        None,
        REDACTED,
    ]
    assert redactor.clean("it is 00112233") == f"it is {REDACTED}"


NAMES = st.sampled_from(
    ["idTag", "parentIdTag", "chargePointSerialNumber", "imsi", "password"]
)
SECRETS = st.text(
    st.sampled_from("QXZqxz9\"\\/'ü☃{}[],: "), min_size=1, max_size=20
).filter(lambda text: any(letter.isalnum() for letter in text))


@given(name=NAMES, secret=SECRETS, end=st.integers(0, 200), ascii_only=st.booleans())
def test_nothing_of_a_secret_is_left_wherever_a_frame_is_cut(
    name: str, secret: str, end: int, ascii_only: bool
) -> None:
    quoted = json.dumps(secret, ensure_ascii=ascii_only)
    head, tail = f'[2, "1", "Action", {{"{name}": ', ', "other": 1}]'
    after = len(head) + len(quoted)
    kept = (head + quoted + tail)[:end]
    if end <= len(head) + 1:
        wanted = kept
    elif end < after:
        wanted = f'{head}"{REDACTED}'
    else:
        wanted = f'{head}"{REDACTED}"{tail[: end - after]}'
    assert clean(kept) == wanted


@given(st.text())
def test_any_text_can_be_cleaned(text: str) -> None:
    clean(text)


def test_secrets_of_any_kind_are_found() -> None:
    """Of one word or many, in another alphabet, long, and as JSON writes them."""
    secrets = [
        *(
            "DEADBEEF",
            "04:A2:B3:C4",
            "tag one",
            "-x-y-z-1-",
            "Größe1",
            "Тайна",
            "a/b+c==",
        ),
        " ".join(f"word{number}" for number in range(100)),
    ]
    redactor = Redactor()
    redactor.learn([{"idTag": secret} for secret in secrets])
    for secret in secrets:
        for text in (secret, json.dumps(secret), json.dumps([secret, "x"])):
            cleaned = redactor.clean(f"said {text}, and <{text}>")
            assert REDACTED in cleaned
            assert secret.strip("-=") not in cleaned
            assert not any(f"word{number}" in cleaned for number in range(100))
    assert redactor.clean("DEADBEEFS and XDEADBEEF stay") == (
        "DEADBEEFS and XDEADBEEF stay"
    )


def work(strangers: int, make: Callable[[int], str]) -> int:
    """Return what is looked up where each stranger wrote 20 frames of secrets."""
    redactor = Redactor()
    frames = [
        f'[2,"{frame}","Authorize",{{"idTag":"{make(stranger * 1000 + frame)}"}}]'
        + " ".join(make(stranger * 1000 + other) for other in range(30))
        for stranger in range(strangers)
        for frame in range(20)
    ]
    redactor.learn(frames)
    for frame in frames:
        redactor.clean(frame)
    return redactor._secrets.lookups


@pytest.mark.parametrize(
    "make",
    [
        lambda number: f"TAG{number}",
        # The same beginning, in as many lengths as there can be.
        lambda number: "a-" * (number % 40) + str(number),
        lambda number: f"a {number}",
    ],
)
def test_the_work_grows_with_what_was_written_and_no_faster(
    make: Callable[[int], str],
) -> None:
    few, many = work(10, make), work(80, make)
    assert few > 0
    assert many <= 9 * few

"""`ocpple`: why a go-e has no connection, in the words of its ESP32.

The form, and the text of a time-out, were captured; the other words are those of the
ESP-IDF for what happened [inferred].
"""

import errno
import socket
import ssl

from websockets.exceptions import InvalidURI

from .goe_tls import EXPIRED, NOT_YET_VALID, Unreadable

# Of newlib, which numbers them otherwise than Linux does.
NUMBERS = {
    errno.ECONNRESET: 104,
    errno.ECONNREFUSED: 111,
    errno.ECONNABORTED: 113,
    errno.ENETUNREACH: 114,
    errno.ETIMEDOUT: 116,
    errno.EHOSTUNREACH: 118,
    errno.EINPROGRESS: 119,
}
VERIFY_FAILED = 0x2700  # MBEDTLS_ERR_X509_CERT_VERIFY_FAILED
FATAL_ALERT = 0x7780  # MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE
CONNECTION_END = 0x7280  # MBEDTLS_ERR_SSL_CONN_EOF
INVALID_FORMAT = 0x2180  # MBEDTLS_ERR_X509_INVALID_FORMAT
# MBEDTLS_X509_BADCERT_...
NOT_TRUSTED = 0x08
FLAGS = {
    NOT_YET_VALID: 0x0200,  # FUTURE
    EXPIRED: 0x01,
    62: 0x04,  # X509_V_ERR_HOSTNAME_MISMATCH: CN_MISMATCH
    64: 0x04,  # X509_V_ERR_IP_ADDRESS_MISMATCH
}


def last_error(error: Exception, http_status: int | None) -> str:
    """Return the text for an attempt that failed with `error`."""
    transport, tls_code, tls_flags, number = "ESP_OK", 0, 0, 0
    match error:
        case InvalidURI():
            return "esp_websocket_client: Invalid URI"
        case _ if http_status:
            pass
        case TimeoutError():
            transport = "ESP_ERR_ESP_TLS_CONNECTION_TIMEOUT"
            number = NUMBERS[errno.EINPROGRESS]
        case socket.gaierror():
            transport = "ESP_ERR_ESP_TLS_CANNOT_RESOLVE_HOSTNAME"
        case Unreadable():
            transport = "ESP_ERR_MBEDTLS_X509_CRT_PARSE_FAILED"
            tls_code = INVALID_FORMAT
        case ssl.SSLCertVerificationError():
            transport = "ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED"
            tls_code = VERIFY_FAILED
            tls_flags = FLAGS.get(error.verify_code, NOT_TRUSTED)
        case ssl.SSLEOFError():
            transport = "ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED"
            tls_code = CONNECTION_END
        case ssl.SSLError():
            transport = "ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED"
            tls_code = FATAL_ALERT
        case _:
            transport = "ESP_ERR_ESP_TLS_FAILED_CONNECT_TO_HOST"
            code = getattr(error, "errno", None) or 0
            number = NUMBERS.get(code, code)
    return (
        "esp_transport_connect() failed with -1,\n"
        f"transport_error={transport}, tls_error_code={tls_code}, "
        f"tls_flags={tls_flags}, esp_ws_handshake_status_code={http_status or 0}, "
        f"errno={number}"
    )

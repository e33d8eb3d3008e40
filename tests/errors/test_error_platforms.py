"""What the network's errors are called on other platforms than Python: cause and reason."""

from __future__ import annotations

import pytest

from genai_sentry.errors.classify import classify

WORDINGS = {
    "timeout/client_connect": [
        "Failed to connect to whale.example port 443 after 20012 ms: Timed out",
        "cURL error 28: Resolving timed out after 5000 milliseconds",
        "Net::OpenTimeout: execution expired",
    ],
    "timeout/client_pool": [
        "Pool#acquire(Duration) has been pending for more than the configured timeout of 1000ms",
        "org.apache.http.conn.ConnectionPoolTimeoutException: Timeout waiting for connection from pool",
    ],
    "timeout/client_read": [
        "error sending request for url (http://10.0.0.2/v1): operation timed out",
        'Error Domain=NSURLErrorDomain Code=-1001 "Too slow"',
        "Idle timeout reached for the chat call",
    ],
    "connection_error/dns": [
        "dial tcp: lookup whale.example: i/o timeout",
        "A server with the specified hostname could not be found.",
        "%Mint.TransportError{reason: :nxdomain}",
    ],
    "connection_error/proxy": [
        "proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: connection refused",
        "The proxy tunnel request to the proxy failed with status code '503'.",
        "curl: (5) Could not resolve proxy: squid",
    ],
    "connection_error/refused": ["curl: (7) Failed to connect to 10.0.0.2 port 80: Couldn't connect to server"],
    "connection_error/reset": [
        "http: server closed idle connection",
        "org.apache.http.NoHttpResponseException: whale.example:443 failed to respond",
        "curl: (92) HTTP/2 stream 3 was not closed cleanly: INTERNAL_ERROR (err 2)",
        "EOFError: end of file reached",
    ],
    "connection_error/incomplete_body": ["curl: (18) transfer closed with 12 bytes remaining to read"],
    "connection_error/other": [
        "fopen(http://whale.example/v1): Failed to open stream: HTTP request failed!",
        "Access to fetch at the gateway has been blocked by CORS policy",
        "TypeError: Load failed",
        "The Internet connection appears to be offline.",
    ],
    "invalid_request/invalid_parameter": ['Post "v1/chat": unsupported protocol scheme ""', "http: no Host in request URL"],
    "authentication/missing_key": ["Illegal header value b'Bearer '"],
}  # fmt: skip


@pytest.mark.parametrize(("label", "text"), [(label, text) for label, texts in WORDINGS.items() for text in texts])
def test_a_platforms_own_words_tell_cause_and_reason(label: str, text: str) -> None:
    """A JVM, .NET, Go, curl, a browser, a telephone: each has words of its own for the same trouble."""
    found = classify(message=text)
    assert tuple(label.split("/")) == (found.type, found.reason)

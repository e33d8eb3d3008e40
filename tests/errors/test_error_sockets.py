"""What operating systems and clients print when a connection fails, whatever language the system speaks."""

from __future__ import annotations

import pytest

from genai_sentry.errors.classify import classify

NUMBERS = {
    "[Errno 110] xyz": ("timeout", "client_connect"),
    "OSError: [Errno 10060]": ("timeout", "client_connect"),
    "[WinError 121] xyz": ("timeout", "client_connect"),
    "connector: os error 111": ("connection_error", "refused"),
    "[WinError 10061] xyz": ("connection_error", "refused"),
    "[WinError 10054] xyz": ("connection_error", "reset"),
    "[Errno 104] xyz": ("connection_error", "reset"),
    "[Errno 11001] xyz": ("connection_error", "dns"),
    "[Errno 113] xyz": ("connection_error", "other"),
    "[WinError 10051] xyz": ("connection_error", "other"),
}


@pytest.mark.parametrize("text", NUMBERS)
def test_a_systems_own_number_tells_how_a_connection_failed(text: str) -> None:
    """The number says it where the words are in any language."""
    found = classify(message=text)
    assert NUMBERS[text] == (found.type, found.reason)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cannot connect to host llm.test:443 ssl:default [Network is unreachable]", ("connection_error", "other")),
        ("Cannot connect to host llm.test:443 ssl:default [getaddrinfo failed]", ("connection_error", "dns")),
        ("Cannot connect to host llm.test:443 ssl:False [The semaphore timeout]", ("timeout", "client_connect")),
        ("[Errno 10060] Connect call failed ('10.0.0.1', 443)", ("timeout", "client_connect")),
        ("[Errno 111] Connect call failed ('10.0.0.1', 443)", ("connection_error", "refused")),
        ("[SSL: WRONG_SIGNATURE_TYPE] wrong signature type (_ssl.c:1006)", ("connection_error", "tls")),
    ],
)
def test_what_stands_in_brackets_tells_more_than_that_no_connection_came_about(
    text: str, expected: tuple[str, str]
) -> None:
    """That a host was not reached is all that the frame says; `ssl:default` is how it was asked for."""
    found = classify(message=text)
    assert expected == (found.type, found.reason)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I/O error on POST for the chat: null", "connection_error"),
        ("I/O error on POST for the chat: Timeout on blocking read", "timeout"),
        ("the HTTP parser received no bytes", "connection_error"),
        ("dialing the socket: bad handshake", "connection_error"),
        ("could not extract response of this kind", "invalid_response"),
        ("The provider did not return any choices", "invalid_response"),
        ("found no enough credential to sign with", "authentication"),
        ("Failed to launch the model on this worker", "server_error"),
        ("'generator' object is not subscriptable", "unknown"),
        ("'NoneType' object is not subscriptable", "invalid_response"),
        ("the account was closed over unpaid bills", "quota_exceeded"),
        ("this address is not allowed here", "permission_denied"),
    ],
)
def test_frames_of_clients_give_way_to_what_they_frame(text: str, expected: str) -> None:
    """A client's own words count where nothing else tells."""
    assert expected == classify(message=text).type

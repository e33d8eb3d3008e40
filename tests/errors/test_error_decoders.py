"""How decoders of many languages say that an answer is no JSON, and connections that it stopped half-way."""

from __future__ import annotations

import pytest

from genai_sentry.errors.classify import classify

MALFORMED = [
    "Bad control character in string literal in JSON at position 7",
    "Expected ',' or ']' after array element in JSON at position 91",
    "Unexpected non-whitespace character after JSON at position 2",
    "Unrecognized token 'pong': was expecting (JSON String, Number, Array, Object or token 'null')",
    "invalid character 'p' after top-level value",
    "'p' is an invalid start of a value. Path: $ | LineNumber: 0 | BytePositionInLine: 0.",
    "key must be a string at line 3 column 1",
    "trailing characters at line 1 column 9",
    "Attempt to decode JSON with unexpected mimetype: text/plain",
    "lexical error: invalid char in json text.",
    "The response body is not valid JSON",
    "The gateway's reply could not be decoded",
]
SCHEMA = [
    "missing field `usage` at line 4 column 1",
    "com.google.gson.JsonSyntaxException: Expected BEGIN_ARRAY but was STRING at line 1 column 1 path $",
    "Cannot deserialize value of type `java.util.ArrayList` from String value",
    "type 'Null' is not a subtype of type 'int' in type cast",
    "The JSON value could not be converted to System.Int32. Path: $.usage",
    'keyNotFound(CodingKeys(stringValue: "usage", intValue: nil))',
]
EMPTY = [
    "EOF while parsing a value at line 1 column 0",
    "No content to map due to end-of-input",
    "The input does not contain any JSON tokens",
]
HALF_WAY = [
    "The connection was lost mid-answer",
    "Stream dropped mid-sentence",
    "Not enough data to satisfy content length header",
]


@pytest.mark.parametrize("text", MALFORMED)
def test_what_a_decoder_cannot_read_is_a_malformed_response(text: str) -> None:
    """Whatever language the decoder is written in."""
    found = classify(message=text)
    assert ("invalid_response", "malformed") == (found.type, found.reason)


@pytest.mark.parametrize("text", SCHEMA)
def test_what_has_another_shape_is_off_schema(text: str) -> None:
    """A field that is missing or of another type is a matter of the schema."""
    found = classify(message=text)
    assert ("invalid_response", "schema") == (found.type, found.reason)


@pytest.mark.parametrize("text", EMPTY)
def test_no_text_at_all_is_an_empty_response(text: str) -> None:
    """A decoder that meets the end at once was given nothing."""
    found = classify(message=f"error decoding response body: {text}")
    assert ("invalid_response", "empty") == (found.type, found.reason)


@pytest.mark.parametrize("text", ["missing field `usage` at line 4 column 1", *MALFORMED[:3]])
@pytest.mark.parametrize("status", [400, 422])
def test_what_a_server_could_not_decode_is_the_request(text: str, status: int) -> None:
    """With a 400 or 422 it was the server that decoded."""
    assert "invalid_request" == classify(message=text, status=status).type


@pytest.mark.parametrize("text", HALF_WAY)
def test_a_connection_that_ends_half_way_leaves_an_incomplete_body(text: str) -> None:
    """Part of the answer had come."""
    found = classify(message=text)
    assert ("connection_error", "incomplete_body") == (found.type, found.reason)


@pytest.mark.parametrize("text", ["sent 1000 (OK); then received 1000 (OK)", "no close frame received or sent"])
def test_a_websocket_that_closes_is_a_lost_connection(text: str) -> None:
    """Closing is no answer."""
    found = classify(message=text)
    assert ("connection_error", "reset") == (found.type, found.reason)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("invalid params, unknown model 'whale-3'", "model_unavailable"),
        ("Parameter check failed: insufficient balance", "quota_exceeded"),
        ("System.Net.Http.HttpRequestException: Response status code does not indicate success: 404 (Not Found).",
         "invalid_request"),
        ("No chat model selected", "invalid_request"),
        ("请先选择模型再开始对话", "invalid_request"),
        ("context shift is disabled", "context_length"),
        ("error: Invalid input batch.", "server_error"),
        ("请确认上游服务是否可以正常访问", "connection_error"),
    ],
)  # fmt: skip
def test_what_follows_a_heading_tells_more_than_the_heading(text: str, kind: str) -> None:
    """General words in front, such as a class or `invalid params`, yield to what is said behind them."""
    assert kind == classify(message=text).type


@pytest.mark.parametrize("status", [400, 422])
def test_a_field_that_is_missing_is_one_of_the_request_where_the_request_was_refused(status: int) -> None:
    """Whoever validates with a 400 in hand is the server; without one it is the client."""
    text = "2 validation errors for ChatBody\nmessages.0.role\n  Field required [type=missing]"
    assert "invalid_request" == classify(message=text, status=status).type
    assert "invalid_response" == classify(message=text).type


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("synthesis failed: timed out", "client_read"),
        ("The draft timed out after 45s", "client_read"),
        ("The draft timed out while the model was thinking", "upstream"),
    ],
)
def test_who_says_only_that_time_is_up_has_waited_itself(text: str, reason: str) -> None:
    """A client knows no more than that its own limit passed."""
    found = classify(message=text)
    assert ("timeout", reason) == (found.type, found.reason)


@pytest.mark.parametrize(
    ("code", "kind"),
    [(1000, "connection_error"), (1006, "connection_error"), (1007, "invalid_request"), (1011, "server_error")],
)
def test_the_code_with_which_a_websocket_closes_tells_why(code: int, kind: str) -> None:
    """A closing that says what was wrong is no lost connection."""
    assert kind == classify(message=f"WebSocket closed unexpectedly with code {code}").type


def test_codes_of_oauth_are_about_credentials() -> None:
    """A token that could not be had is a matter of the keys that were sent for it."""
    assert "authentication" == classify(body={"error": "invalid_client", "error_description": "no such client"}).type

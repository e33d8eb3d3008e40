"""Keys, tokens, accounts, URL values and echoed prompts never stay in a message; what helps to find the fault does."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genai_sentry.sentry.scrub import MAX_MESSAGE, Echo, _prose, cut_echo, message, scrub, scrub_url


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Incorrect API key provided: sk-proj-abcdEFGH****wxyz. You can", "abcdEFGH"),
        ("Incorrect API key provided: my-own-key. You can", "my-own-key"),
        ("key sk-ant-api03-AbCd1234EfGh5678 is invalid", "AbCd1234"),
        ("gsk_AbCdEfGh1234567890 expired", "AbCdEfGh"),
        ("hf_AbCdEfGhIjKlMnOpQr is not authorised", "AbCdEfGh"),
        ("API key AIzaSyABCDEFGHIJKLMNOPQRSTUVWXYZ0123456 not valid", "SyABCDEF"),
        ("AKIAIOSFODNN7EXAMPLE is not allowed", "IOSFODNN7"),
        ("Authorization: Bearer abc123.def456", "abc123"),
        ("{'authorization': 'Basic dXNlcjpwYXNz'}", "dXNlcjpwYXNz"),
        ("{'x-api-key': 'very-secret'}", "very-secret"),
        ("jwt eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0", "eyJzdWIiOiIx"),
        ("in organization org-AbCdEf123456 on tokens", "AbCdEf123456"),
        ("for gpt-4o in organization org-simulated on tokens", "simulated"),
        ("Project `proj_abc123XYZ` has no access", "abc123XYZ"),
        ("organization 12345678-9abc-def0-1234-56789abcdef0 is disabled", "9abc"),
        ("arn:aws:bedrock:us-east-1:123456789012:model/x", "123456789012"),
        ("projects/123456789012/locations/global", "123456789012"),
        ("https://host/v1/m:generate?key=abcdef&alt=sse", "abcdef"),
        ("https://me:pass@host/v1", "me:pass"),
        ("the account of jane.doe@example.com", "jane.doe"),
        ("token abcdef0123456789abcdef0123456789abcdef01", "abcdef0123456789"),
    ],
)
def test_secrets_are_taken_out(text: str, secret: str) -> None:
    """Each form in which providers hand back keys, tokens and accounts."""
    assert secret not in scrub(text)
    assert "[scrubbed]" in scrub(text)


@pytest.mark.parametrize(
    "text",
    [
        "max_tokens=1000 is too large: gpt-4o-mini-2024-07-18 supports at most 16384 completion tokens",
        "This model's maximum context length is 128000 tokens, however you requested 150000 tokens",
        "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.",
        "Rate limit reached on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Try again in 2s",
        "request req_0123456789abcdef0123456789abcdef failed",
        "model ft:gpt-4o-mini-2024-07-18:acme::abc does not exist",
        "See https://platform.openai.com/account/rate-limits",
        "user-friendly team-based sk-learn",
        "[Errno 104] Connection reset by peer",
    ],
)
def test_what_explains_the_failure_stays(text: str) -> None:
    """Models, parameters, limits, request ids and addresses are no secrets."""
    assert scrub(text) == text


def test_scrubbing_twice_changes_nothing_more() -> None:
    """The core scrubs, the event scrubs again."""
    once = scrub("https://host/v1?key=abc&x=1 Bearer abcdefgh api_key=abcdefgh org-AbCdEf123456")
    assert scrub(once) == once


def test_a_long_message_is_cut() -> None:
    """So that it stays one, and a pattern has little to chew."""
    assert len(scrub("word " * 10_000)) <= MAX_MESSAGE + 1
    whole = "w" * 39 + " " * (MAX_MESSAGE - 39)
    assert whole == scrub(whole)


def test_a_url_keeps_its_parameters_names_alone() -> None:
    """Values and credentials go, host and path stay."""
    url = "https://u:p@host:8/v1/models/m:generateContent?key=abc&alt=sse"
    expected = "https://[scrubbed]@host:8/v1/models/m:generateContent?key=[scrubbed]&alt=[scrubbed]"
    assert scrub_url(url) == expected


@pytest.mark.parametrize(
    "text",
    [
        "422: {'detail': [{'loc': ['body'], 'input': 'tell me a secret', 'msg': 'bad'}]}",
        '{"messages": [{"role": "user", "content": "tell me a secret"}]}',
        "1 validation error [type=json_invalid, input_value='tell me a secret', input_type=str]",
        "failed_generation: 'tell me a secret'",
        f"bad value '{'tell me a secret ' * 10}'",
    ],
)
def test_an_echoed_field_is_cut(text: str) -> None:
    """Fields in which providers and validators hand back what they were given, and quotes of unusual length."""
    assert "tell me a secret" not in cut_echo(text)


def test_what_stands_around_an_echo_stays() -> None:
    """Field and quotation marks, so that one sees what was there; of an echo right after another, nothing."""
    prompt = "abcdefghij klmnopqrst and so on and on"
    echo = Echo(json.dumps({"input": prompt}).encode())

    assert "bad value '[cut]' here" == cut_echo(f"bad value '{'x' * 120}' here")
    assert "input: [cut], x" == cut_echo("input: 'tell me', x")
    assert "[cut][cut] end" == cut_echo(f"{prompt}{prompt} end", echo)


def test_whatever_the_message_shares_with_the_prompt_is_cut() -> None:
    """With the request's body at hand, an echo is found wherever it stands."""
    prompt = "The quick brown fox jumps over the lazy dog and then some"
    body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": prompt}]}).encode()
    text = "gpt-4o refuses: quick brown fox jumps over the lazy cat"
    assert message(text, echo=Echo(body)) == "gpt-4o refuses: [cut]cat"
    assert message(f"no: {prompt}!", echo=Echo(body)) == "no: [cut]!"


def test_a_short_prompt_is_cut_too() -> None:
    """A whole text of the request, short as it is."""
    body = json.dumps({"input": ["canary"]}).encode()
    assert message("can't embed canary today", echo=Echo(body)) == "can't embed [cut] today"


def test_words_of_the_protocol_are_no_prompt() -> None:
    """Model names and roles may appear in a message."""
    body = json.dumps({"model": "gpt-4o-mini", "messages": [{"role": "assistant", "content": "x"}]}).encode()
    assert message("gpt-4o-mini wants no assistant", echo=Echo(body)) == "gpt-4o-mini wants no assistant"


def test_captured_content_stays_but_keys_do_not() -> None:
    """Where content is captured anyway, an echo may stay."""
    text = "input: 'tell me' sk-abcdefgh12345678"
    assert message(text, keep_content=True) == "input: 'tell me' [scrubbed]"


@pytest.mark.parametrize(
    "piece", ["a@", "sk-", "?a=", "0", "input='\\", "project ", "'", "input=[", "eyJ.", "A1_", "organization id: "]
)
def test_no_message_takes_long(piece: str) -> None:
    """No pattern runs away on repetitive input."""
    text = piece * (4000 // len(piece))
    began = time.perf_counter()
    message(text)
    assert time.perf_counter() - began < 0.2


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.binary(max_size=300))
def test_any_text_and_any_body_will_do(text: str, body: bytes) -> None:
    """Nothing raises, whatever providers send."""
    assert isinstance(message(text, echo=Echo(body)), str)


@pytest.mark.parametrize(
    ("body", "text", "kept"),
    [
        ({"input": "word5"}, "no word5 here", "no [cut] here"),
        ({"input": "word"}, "no word here", "no word here"),
        ({"input": "x" * 400}, f"no {'x' * 400}!", "no [cut]!"),
        ({"messages": [{"content": [{"type": "odd_type", "text": "hello there"}]}]}, "odd_type: hello there", "odd_type: [cut]"),
        ({"user": "somebody else"}, "no somebody else", "no somebody else"),
        ({"model": "a model of mine, and no other"}, "a model of mine, and no other", "a model of mine, and no other"),
        ({"metadata": {"content": "hello there"}}, "no hello there", "no [cut]"),
        ("a bare text of the body", "see a bare text of the body", "see a bare text of the body"),
    ],
)  # fmt: skip
def test_just_the_texts_of_a_request_are_cut(body: object, text: str, kept: str) -> None:
    """Prompts from five characters on; words of the protocol, models and users' names are no prompts."""
    assert kept == message(text, echo=Echo(json.dumps(body).encode()))


@pytest.mark.parametrize("length", [17, 18, 19, 40])
def test_a_piece_of_a_prompt_is_cut_from_eighteen_characters_on(length: int) -> None:
    """Shorter runs of words are chance; the whole run goes, to its last character."""
    prompt = "abcdefghij klmnopqrst uvwxyz 0123456789 and more of it"
    text = f"odd {prompt[:length]}"

    assert (text if length < 18 else "odd [cut]") == message(text, echo=Echo(json.dumps({"input": prompt}).encode()))


def test_control_characters_go_lines_stay() -> None:
    """What steers terminals and viewers is taken out, also where it would hide a secret."""
    assert "one\n\ttwo[31m" == scrub("one\r\n\ttwo\x1b[31m\u202e\x00\u2028")
    assert "[scrubbed]" == scrub("sk-\x00abcdefgh12345678")


def test_pieces_of_two_prompts_side_by_side_are_both_cut() -> None:
    """The second begins where the first ends."""
    body = {"input": ["abcdefghij klmnopqrst uvwxyz and more", "0123456789 9876543210 and other things"]}
    text = "odd: klmnopqrst uvwxyz 0123456789 9876543210 ."

    assert "odd: [cut][cut]." == message(text, echo=Echo(json.dumps(body).encode()))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "headers: {'set-cookie': 'sess=a\\'}b', 'nel': '{\"x\": 1}'}, status_code: 429, body: too many",
            "headers: [scrubbed], status_code: 429, body: too many",
        ),
        ("failed: headers=Headers({'x': \"it's\"}) (429)", "failed: headers=Headers([scrubbed]) (429)"),
        ('"headers": [["x", "v"]]', '"headers": [scrubbed]'),
        ("headers: {'x-long': 'cut off he", "headers: [scrubbed]"),
        ("headers: none were sent", "headers: none were sent"),
    ],
)
def test_headers_that_an_sdk_prints_are_taken_out(text: str, left: str) -> None:
    """cohere's errors print all of a response's headers: the application's log lines and events would carry them."""
    assert left == scrub(text)


def test_a_body_that_is_nested_too_deeply_is_searched_as_text() -> None:
    """What it holds is cut all the same."""
    said = "an odd prompt of seven words here"
    body = b'{"messages": ' + b"[" * 50_000 + json.dumps(said).encode() + b"]" * 50_000 + b"}"

    assert "no: [cut]!" == Echo(body).cut(f"no: {said}!")


@pytest.mark.parametrize("label", ["role", "type", "model", "name", "id", "format", "detail", "mime_type", "mimeType"])
def test_a_label_is_no_prompt_wherever_it_stands(label: str) -> None:
    """Inside a message, too; beside it a text is."""
    body = json.dumps({"messages": [{label: "distinctive", "content": "remarkable"}]}).encode()
    assert "distinctive [cut]" == Echo(body).cut("distinctive remarkable")


def test_so_many_values_of_a_body_are_looked_at() -> None:
    """More would take too long: the body and its list are two of them."""
    body = json.dumps({"messages": ["x"] * 25_000}).encode()
    assert 19_998 == len(list(_prose(body)))

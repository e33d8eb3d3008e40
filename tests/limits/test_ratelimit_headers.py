"""Rate-limit headers of every dialect, whole and hostile."""

from __future__ import annotations

import json

import httpx
import pytest

from genai_sentry.ratelimit import HeaderFacts, RateLimits, Window, headers, read, read_raw, scan
from genai_sentry.ratelimit.dialects import LIMITS, SLOTS, Limit
from genai_sentry.ratelimit.values import duration, number, reset_in, timestamp
from shared import shared

NOW = 1_773_576_000.0  # 2026-03-15T12:00:00Z


def raw(**headers: str) -> list[tuple[bytes, bytes]]:
    """Raw headers from keywords, `_` standing for `-`."""
    return [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6m0s", 360.0),
        ("12ms", 0.012),
        ("8.64s", 8.64),
        ("1h2m3.5s", 3723.5),
        ("17.399999999s", 17.399999999),
        ("2d", 172_800.0),
        ("0", 0.0),
        ("11.382867097854614", 11.382867097854614),
        (str(int(NOW) + 30), 30.0),
        (str(int(NOW * 1000) + 1500), 1.5),
        ("2026-03-15T12:00:21Z", 21.0),
        ("2026-03-15T13:00:21+01:00", 21.0),
        ("2026-03-15T11:59:00Z", 0.0),
        ("Sun, 15 Mar 2026 12:00:05 GMT", 5.0),
        ("", None),
        ("soon", None),
        ("1m1x", None),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("9" * 400, None),
        ("99999999999999999999", None),
        ("2026-03-99T00:00:00Z", None),
        ("Sun, 15 Foo 2026 12:00:05 GMT", None),
    ],
)
def test_a_reset_is_read_in_every_notation(text: str, seconds: float | None) -> None:
    """Durations, seconds, epoch seconds and milliseconds, RFC 3339 and HTTP dates become seconds; odd text None."""
    found = reset_in(text, NOW)
    assert (seconds if seconds is None else pytest.approx(seconds, abs=1e-6)) == found


def test_numbers_durations_and_moments_refuse_what_they_are_not() -> None:
    """Each reader returns None for what another one reads."""
    assert (None, None, None) == (number("6m0s"), duration("60"), timestamp("60"))
    assert 100.0 == number("100, 100;w=60")


def test_openai_headers_give_requests_and_tokens() -> None:
    """OpenAI's names, in any case, fill limit, remainder and reset."""
    found = read(
        {
            "X-RateLimit-Limit-Requests": "5000",
            "x-ratelimit-remaining-requests": "4999",
            "x-ratelimit-reset-requests": "12ms",
            "x-ratelimit-limit-tokens": "160000",
            "x-ratelimit-remaining-tokens": "159976",
            "x-ratelimit-reset-tokens": "6m0s",
        },
        "openai",
    )
    assert found is not None
    assert (5000, 4999, 0.012) == (found.limit_requests, found.remaining_requests, found.reset_requests_s)
    assert (160_000, 159_976, 360.0) == (found.limit_tokens, found.remaining_tokens, found.reset_tokens_s)
    assert {"requests": 0.9998, "tokens": 159_976 / 160_000} == found.ratios()


def test_anthropic_resets_are_read_against_the_servers_clock() -> None:
    """An absolute reset counts from the response's `Date`, so that a wrong local clock shifts nothing."""
    found = read_raw(
        raw(
            Date="Sat, 15 Mar 2025 12:57:59 GMT",
            anthropic_ratelimit_input_tokens_limit="200000",
            anthropic_ratelimit_input_tokens_remaining="126000",
            anthropic_ratelimit_input_tokens_reset="2025-03-15T12:58:20Z",
            anthropic_ratelimit_output_tokens_limit="80000",
            anthropic_ratelimit_output_tokens_remaining="59000",
            anthropic_ratelimit_output_tokens_reset="2025-03-15T12:58:13Z",
        ),
        "anthropic",
        now=0.0,
    )
    assert found is not None
    assert (200_000, 126_000, 21.0) == (
        found.limit_input_tokens,
        found.remaining_input_tokens,
        found.reset_input_tokens_s,
    )
    assert (80_000, 59_000, 14.0) == (
        found.limit_output_tokens,
        found.remaining_output_tokens,
        found.reset_output_tokens_s,
    )
    assert found.limit_tokens is None


def test_without_a_date_the_given_clock_counts() -> None:
    """Where a response has no `Date`, absolute resets count from `now`."""
    found = read_raw(
        raw(x_ratelimit_limit="10", x_ratelimit_remaining="9", x_ratelimit_reset=str(int(NOW * 1000) + 4000)),
        "openrouter",
        now=NOW,
    )
    assert found is not None
    assert (10, 9, 4.0) == (found.limit_requests, found.remaining_requests, found.reset_requests_s)


def test_the_tightest_of_several_windows_shows_and_all_are_kept() -> None:
    """Mistral's ten-second, minute and month limits: the fields show the one with the smallest share left."""
    found = read_raw(
        raw(
            x_ratelimit_limit_req_minute="360",
            x_ratelimit_remaining_req_minute="90",
            x_ratelimit_limit_req_10_second="60",
            x_ratelimit_remaining_req_10_second="59",
            x_ratelimit_limit_tokens_month="200000000000",
            x_ratelimit_remaining_tokens_month="199999999445",
        ),
        "mistral",
    )
    assert found is not None
    assert (360, 90) == (found.limit_requests, found.remaining_requests)
    assert {
        Window("requests_per_10_seconds", 60.0, 59.0, None, 10.0),
        Window("requests_per_minute", 360.0, 90.0, None, 60.0),
        Window("tokens_per_month", 200_000_000_000.0, 199_999_999_445.0, None, 2_592_000.0),
    } == set(found.windows)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"ratelimit": '"default";r=9;t=1', "ratelimit-policy": '"default";q=10;w=60'}, (10, 9, 1.0)),
        ({"ratelimit": "limit=100, remaining=50, reset=30"}, (100, 50, 30.0)),
        ({"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "99", "ratelimit-reset": "58"}, (100, 99, 58.0)),
        ({"ratelimit-remaining": "99", "ratelimit-policy": "100;w=60"}, (100, 99, None)),
    ],
)
def test_the_ietf_fields_are_read_in_all_their_forms(
    headers: dict[str, str], expected: tuple[int, int, float | None]
) -> None:
    """The draft's combined fields, its older single ones and mixtures say the same."""
    found = read(headers)
    assert found is not None
    assert expected == (found.limit_requests, found.remaining_requests, found.reset_requests_s)


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.headers)
def test_every_dialect_of_the_table_is_read(limit: Limit) -> None:
    """Each row's limit and remainder arrive in a window of its kind."""
    values = {"limit": "1000", "remaining": "250", "reset": "30"}
    found = read({limit.headers.format(part): value for part, value in values.items()})
    assert found is not None
    assert (Window(limit.kind, 1000.0, 250.0, 30.0, limit.period_s),) == found.windows


def test_azure_names_the_period() -> None:
    """Azure's renewal period is the window's period."""
    found = read({"x-ratelimit-remaining-tokens": "5", "x-ratelimit-renewalperiod-tokens": "60"}, "azure")
    assert found is not None
    assert (Window("tokens", None, 5.0, None, 60.0),) == found.windows


def test_documented_periods_fill_in_for_groq() -> None:
    """Groq's request limit is a day's, which only its documentation tells."""
    found = read({"x-ratelimit-limit-requests": "14400", "x-ratelimit-remaining-requests": "14397"}, "groq")
    assert found is not None
    assert 86_400.0 == found.windows[0].period_s


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "13"}, 13.0),
        ({"retry-after": "13", "retry-after-ms": "174"}, 0.174),
        ({"retry-after": "Sun, 15 Mar 2026 12:00:05 GMT", "date": "Sun, 15 Mar 2026 12:00:00 GMT"}, 5.0),
        ({"retry-after": "never"}, None),
        ({"retry-after": "1e12"}, None),
    ],
)
def test_the_time_to_wait_is_read(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, milliseconds (which win) and dates; nonsense is nothing."""
    facts = scan([(name.encode(), value.encode()) for name, value in headers.items()])
    assert (seconds if seconds is None else pytest.approx(seconds)) == facts.retry_after_s
    assert facts.retry_after_s == (facts.limits.retry_after_s if facts.limits else None)


def test_request_id_and_processing_time_come_from_the_same_pass() -> None:
    """The provider's own id wins over the edge's; milliseconds are milliseconds whatever the header's unit."""
    facts = scan(raw(cf_ray="8a", x_request_id="req_1", openai_processing_ms="151"))
    assert HeaderFacts(None, "req_1", 151.0, None) == facts
    assert HeaderFacts(None, "8a", 57.0, None) == scan(raw(cf_ray="8a", x_compute_time="0.057"))


def test_a_request_id_is_bounded_and_printable() -> None:
    """A hostile request id is cut, or left out where it isn't plain text."""
    assert "r" * 128 == scan(raw(x_request_id="r" * 5000)).request_id
    assert scan([(b"x-request-id", b"a\x00b\xff")]).request_id is None


def test_ordinary_headers_say_nothing() -> None:
    """No limit, no id: None, whatever else is there."""
    assert HeaderFacts() == scan(raw(Date="Sun, 15 Mar 2026 12:00:00 GMT", content_type="application/json"))
    assert read({"content-type": "application/json"}) is None


def test_httpx_headers_and_plain_mappings_read_alike() -> None:
    """The raw path, an `httpx.Headers` and a dict give the same limits."""
    pairs = raw(X_RateLimit_Limit_Tokens="10", x_ratelimit_remaining_tokens="4", x_ratelimit_reset_tokens="1s")
    expected = read_raw(pairs)
    assert expected is not None
    assert expected == read(httpx.Headers(pairs))
    assert expected == read({name.decode(): value.decode() for name, value in pairs})


def test_of_a_repeated_header_the_first_counts() -> None:
    """A header that is sent twice is read once."""
    found = read_raw([(b"x-ratelimit-remaining-requests", b"7"), (b"x-ratelimit-remaining-requests", b"1")])
    assert found is not None
    assert 7 == found.remaining_requests


@pytest.mark.parametrize("value", [b"", b"\xff\xfe", b"-1", b"1e999", b"x" * 100_000, b"1" * 100_000, b"NaN", b"0x10"])
def test_hostile_values_are_absent(value: bytes) -> None:
    """No header of the table raises or yields a number for what is none."""
    facts = scan([(name, value) for name in SLOTS])
    assert facts.limits is None or facts.limits.windows == ()
    assert facts.processing_ms is None


def test_only_so_many_headers_are_looked_at() -> None:
    """Behind hundreds of other headers, a limit is not searched for."""
    noise = [(b"x-noise-%d" % number, b"v") for number in range(300)]
    assert scan([*noise, (b"x-ratelimit-remaining-requests", b"7")]).limits is None


def test_limits_without_windows_give_them_from_their_fields() -> None:
    """Limits that were made by hand are watched like read ones."""
    limits = RateLimits(limit_requests=10, remaining_requests=3, reset_requests_s=5.0, limit_tokens=7)
    assert (Window("requests", 10, 3, 5.0),) == limits.each()


def test_recorded_responses_with_limits_are_all_read() -> None:
    """Every recorded response that names a remainder yields a window with it."""
    folder = shared("replay", "exchanges")
    if folder is None:
        pytest.skip("no recorded exchanges here")
    seen = 0
    for path in sorted(folder.glob("*.json")):
        response = json.loads(path.read_text(encoding="utf-8"))["response"]
        headers: dict[str, str] = response.get("headers") or {}
        named = [name for name in headers if "ratelimit" in name.lower() and "remaining" in name.lower()]
        if named:
            found = read(headers)
            assert found is not None, path.name
            assert len(named) == len(found.windows), path.name
            seen += 1
    assert seen > 100


@pytest.mark.parametrize("module", ["httpx", "httpx2"])
def test_headers_of_http_libraries_are_read_as_they_are_held(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found is the same with and without the copy that `raw` makes, and the copy is not made."""
    kind = pytest.importorskip(module).Headers
    given = kind({"X-RateLimit-Limit-Requests": "10", "X-Ratelimit-Remaining-Requests": "4", "x-request-id": "r-1"})
    expected = headers.scan(given.raw, "openai")
    headers.know(kind)
    monkeypatch.setattr(kind, "raw", property(lambda self: pytest.fail("copied")))
    assert expected == headers.scan_headers(given, "openai")
    assert (10, 4) == (expected.limits.limit_requests, expected.limits.remaining_requests)


class _Held:
    """Headers as httpx shows them, which are held in another way than it holds them."""

    def __init__(self, given: list[tuple[bytes, bytes]]) -> None:
        self.raw = given


class _HeldInPairs(_Held):
    def __init__(self, given: list[tuple[bytes, bytes]]) -> None:
        super().__init__(given)
        self._list = [(value, name) for name, value in given]


@pytest.mark.parametrize("kind", [_Held, _HeldInPairs, dict])
def test_headers_held_in_another_way_are_not_looked_into(kind: type) -> None:
    """A class that holds its headers otherwise than known is read through `raw`."""
    headers.know(kind)
    if kind is not dict:
        assert "r-1" == headers.scan_headers(kind([(b"X-Request-Id", b"r-1")])).request_id
    assert kind not in headers._listed


def test_one_limit_a_quantity_is_read_as_several_are() -> None:
    """What is found in the usual case is what the general one finds."""
    raw = [
        (b"x-ratelimit-limit-requests", b"10000"),
        (b"x-ratelimit-remaining-requests", b"junk"),
        (b"x-ratelimit-reset-requests", b"6ms"),
        (b"x-ratelimit-limit-tokens", b"2e6"),
        (b"x-ratelimit-remaining-tokens", b"1999000.5"),
        (b"x-ratelimit-reset-tokens", b"2s"),
        (b"anthropic-ratelimit-input-tokens-remaining", b"0"),
        (b"retry-after", b"3"),
    ]
    for chosen in (raw, raw[:2], raw[1:2], raw[3:6], raw[6:], raw[7:], raw[1:3]):
        plan = headers._plan(tuple(name for name, _ in chosen))
        assert plan.straight
        usual = headers._facts(chosen, plan, "openai", None)
        assert headers._facts(chosen, plan._replace(straight=False), "openai", None) == usual

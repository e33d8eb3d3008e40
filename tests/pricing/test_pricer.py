"""From a call's facts to its cost."""

from __future__ import annotations

import math
import threading
import time
from datetime import UTC, datetime

import pytest

from genai_sentry.pricing import Cost, Pricer, ready, warm
from genai_sentry.pricing import pricer as module
from genai_sentry.pricing.catalogue import CATALOGUE, Catalogue, Found
from genai_sentry.pricing.rates import Rate, card
from genai_sentry.wire.outcome import Outcome, Usage

AT = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()
USAGE = Usage(1_000_000, 0)


@pytest.fixture
def pricer() -> Pricer:
    """A pricer with list prices at hand."""
    CATALOGUE.load()
    return Pricer()


def _usd(pricer: Pricer, provider: str, *models: str, answered: str | None = None, host: str = "") -> float | None:
    outcome = Outcome(model=answered)
    cost = pricer.cost(provider, models, USAGE, outcome=outcome, host=host, at=AT)
    return None if cost is None else cost.total_usd


def test_the_provider_knows_best(pricer: Pricer) -> None:
    """A cost that the response names wins over every table, and has no parts."""
    table = Pricer({"openrouter": {"*": {"input": 1000, "output": 1000}}})
    for each in (pricer, table):
        cost = each.cost("openrouter", ["openai/gpt-4o-mini"], USAGE, outcome=Outcome(cost_usd=0.001), at=AT)
        assert Cost(None, None, 0.001, "provider") == cost
    assert Cost(None, None, 0.02, "provider") == pricer.cost("x_ai", ["x"], None, outcome=Outcome(cost_usd=0.02))


def test_a_free_call_costs_zero(pricer: Pricer) -> None:
    """A provider that says zero means zero."""
    assert Cost(None, None, 0.0, "provider") == pricer.cost(
        "openrouter", ["a:free"], USAGE, outcome=Outcome(cost_usd=0)
    )


def test_azure_passes_on_a_zero_that_it_does_not_bill_by(pricer: Pricer) -> None:
    """Azure-hosted Grok reports zero ticks; that is no cost."""
    cost = pricer.cost(
        "azure.ai.inference", ["grok-4.3"], USAGE, outcome=Outcome(model="grok-4.3", cost_usd=0.0), at=AT
    )
    assert cost is not None
    assert cost.source == "price_table"


@pytest.mark.parametrize("told", [math.nan, math.inf, -1.0])
def test_a_cost_that_can_not_be_is_not_believed(pricer: Pricer, told: float) -> None:
    """A negative or infinite cost is not taken over."""
    cost = pricer.cost("openai", ["gpt-4o"], USAGE, outcome=Outcome(cost_usd=told), at=AT)
    assert cost is not None
    assert cost.source == "price_table"


def test_the_users_prices_win_over_list_prices() -> None:
    """What the user wrote is what a call costs; other models keep their list price."""
    CATALOGUE.load()
    mine = Pricer({"openai": {"gpt-4o": {"input": 1.0, "output": 4.0}}})
    custom = mine.cost("openai", ["gpt-4o"], Usage(1_000_000, 500_000), at=AT)
    assert Cost(pytest.approx(1.0), pytest.approx(2.0), pytest.approx(3.0), "custom") == custom
    other = mine.cost("openai", ["gpt-4o-mini"], USAGE, at=AT)
    assert other is not None
    assert (pytest.approx(0.15), "price_table") == (other.total_usd, other.source)


def test_the_users_prices_begin_on_their_day() -> None:
    """A list price, or none, is remembered only until an own price begins."""
    CATALOGUE.load()
    own = {"from": "2026-12-01", "input": 1.0, "output": 1.0}
    mine = Pricer({"openai": {"gpt-4o": own, "house": own}})
    later = datetime(2026, 12, 1, tzinfo=UTC).timestamp()
    for model, before in (("gpt-4o", 2.5), ("house", None)):
        costs = [mine.cost("openai", [model], USAGE, at=at) for at in (AT, later - 1, later, later - 1)]
        figures = [cost and round(cost.total_usd, 9) for cost in costs]
        assert [before, before, 1.0, before] == figures


def test_the_users_prices_need_no_catalogue() -> None:
    """Own prices work before the catalogue is there, and do not wait for it."""
    cold = Catalogue()
    cost = Pricer({"openai": {"gpt-4o": {"input": 1.0, "output": 4.0}}}, catalogue=cold).cost(
        "openai", ["gpt-4o"], USAGE
    )
    assert cost is not None
    assert cost.source == "custom"
    assert not cold.ready()


def test_the_served_tier_counts(pricer: Pricer) -> None:
    """The response's tier is priced, whatever was asked for."""
    costs = [
        pricer.cost("openai", ["gpt-5"], USAGE, outcome=Outcome(model="gpt-5", service_tier=tier), at=AT)
        for tier in ("priority", "default", None, "scale")
    ]
    assert [2.5, 1.25, 1.25, None] == [cost and pytest.approx(cost.total_usd) for cost in costs]


def test_batches_are_priced_as_batches(pricer: Pricer) -> None:
    """A call by batch processing costs the batch price."""
    outcome = Outcome(model="claude-opus-5", service_tier="batch")
    asked = pricer.cost("anthropic", ["claude-opus-5"], USAGE, at=AT, batch=True)
    told = pricer.cost("anthropic", ["claude-opus-5"], USAGE, outcome=outcome, at=AT)
    assert [2.5, 2.5] == [pytest.approx(cost.total_usd) for cost in (asked, told) if cost]


def test_what_is_billed_counts(pricer: Pricer) -> None:
    """Cohere tells billed tokens apart from counted ones."""
    usage = Usage(1490, 94, 112, billed_input_tokens=57, billed_output_tokens=20)
    cost = pricer.cost("cohere", ["command-a-03-2025"], usage, at=AT)
    assert cost is not None
    assert pytest.approx(57 * 2.5e-6 + 20 * 10e-6, rel=1e-12) == cost.total_usd
    half = pricer.cost("cohere", ["command-a-03-2025"], Usage(100, 10, billed_output_tokens=5), at=AT)
    assert half is not None
    assert pytest.approx(100 * 2.5e-6 + 5 * 10e-6, rel=1e-12) == half.total_usd


def test_more_output_billed_leaves_cached_input_cheap(pricer: Pricer) -> None:
    """Only the output is another: cached input stays at its price."""
    plain = pricer.cost("openai", ["gpt-4o"], Usage(100, 30, 40), at=AT)
    more = pricer.cost("openai", ["gpt-4o"], Usage(100, 10, 40, billed_output_tokens=30), at=AT)
    assert plain is not None
    assert plain == more


def test_nothing_known_is_no_cost(pricer: Pricer) -> None:
    """Without usage, model or a known provider there is no cost."""
    assert pricer.cost("openai", ["gpt-4o"], None, at=AT) is None
    assert pricer.cost("openai", [], USAGE, at=AT) is None
    assert pricer.cost("ollama", ["gpt-oss:120b"], USAGE, at=AT) is None
    assert pricer.cost("snowflake", ["claude-sonnet-4-6"], USAGE, at=AT) is None
    assert pricer.cost("openai", ["gpt-99"], USAGE, at=AT) is None


@pytest.mark.parametrize(
    ("provider", "model", "usd"),
    [
        ("gcp.gemini", "gemini-2.5-flash", 0.3),
        ("gcp.vertex_ai", "gemini-2.5-flash", 0.3),
        ("gcp.gen_ai", "gemini-2.5-flash", 0.3),
        ("mistral_ai", "mistral-small-latest", 0.15),
        ("x_ai", "grok-4.3", 2.5),
        ("aws.bedrock", "openai.gpt-oss-20b", 0.07),
        ("aws.bedrock", "us.anthropic.claude-haiku-4-5-20251001-v1:0", 1.1),
        ("aws.bedrock", "global.anthropic.claude-haiku-4-5-20251001-v1:0", 1.0),
        ("azure.ai.openai", "gpt-4o-mini-2024-07-18", 0.15),
        ("azure.ai.inference", "grok-4-1-fast-non-reasoning", 0.2),
        ("moonshot_ai", "kimi-k2-0905-preview", 0.6),
        ("together", "meta-llama/Llama-3.3-70B-Instruct-Turbo", 0.88),
        ("voyage", "voyage-3-lite", 0.02),
        ("GROQ", "llama-3.1-8b-instant", 0.05),
        ("ibm.watsonx.ai", "ibm/granite-3-8b-instruct", None),
    ],
)
def test_opentelemetrys_provider_names_are_understood(
    pricer: Pricer, provider: str, model: str, usd: float | None
) -> None:
    """The convention's provider names lead to the right list."""
    assert _usd(pricer, provider, model) == (None if usd is None else pytest.approx(usd))


def test_hosts_do_not_matter_in_case(pricer: Pricer) -> None:
    """A host in capitals or with a port is the same host."""
    for host in ("api.openai.com", "API.OpenAI.com", "eu.api.openai.com", "api.openai.com:443"):
        assert pytest.approx(2.5) == _usd(pricer, "openai", "gpt-4o", host=host)


@pytest.mark.parametrize(
    ("provider", "model", "host", "usd"),
    [
        ("openai", "gpt-5.4", "api.openai.com", 5.0),
        ("openai", "gpt-5.4", "EU.api.openai.com", 5.5),
        ("openai", "gpt-5.4-2026-03-05", "us.api.openai.com", 5.5),
        ("openai", "gpt-4o", "eu.api.openai.com", 2.5),
        ("gcp.vertex_ai", "claude-haiku-4-5", "aiplatform.googleapis.com", 1.0),
        ("gcp.vertex_ai", "claude-haiku-4-5", "us-east5-aiplatform.googleapis.com", 1.1),
        ("gcp.vertex_ai", "gemini-2.5-flash", "us-east5-aiplatform.googleapis.com", 0.3),
    ],
)
def test_a_regions_own_endpoint_costs_more(pricer: Pricer, provider: str, model: str, host: str, usd: float) -> None:
    """Regional endpoints add their tenth for the models that it is charged for."""
    assert pytest.approx(usd) == _usd(pricer, provider, model, host=host)


def test_a_regional_uplift_leaves_searches_and_tiers_right(pricer: Pricer) -> None:
    """The uplift is on tokens, long context included, not on fees for searches."""
    usage = Usage(300_000, 0, web_searches=1)
    costs = [pricer.cost("openai", ["gpt-5.4"], usage, host=host, at=AT) for host in ("", "eu.api.openai.com")]
    assert [0.3 * 5 + 0.01, 0.3 * 5 * 1.1 + 0.01] == [pytest.approx(cost.total_usd) for cost in costs if cost]


@pytest.mark.parametrize(
    ("provider", "model", "host", "geography", "usd"),
    [
        ("anthropic", "claude-opus-4-6", "api.anthropic.com", "us", 5.5),
        ("anthropic", "claude-sonnet-5", "api.anthropic.com", "us", None),
        ("anthropic", "claude-opus-4-6", "api.anthropic.com", "global", 5.0),
        ("anthropic", "claude-opus-4-6", "us", None, 5.0),
        ("anthropic", "claude-haiku-4-5", "api.anthropic.com", "us", 1.0),
        ("anthropic", "claude-haiku-4-5", "api.anthropic.com", "not_available", 1.0),
        ("gcp.vertex_ai", "claude-haiku-4-5", "us-east5-aiplatform.googleapis.com", "not_available", 1.1),
    ],
)
def test_inference_kept_in_the_united_states_costs_more(
    pricer: Pricer, provider: str, model: str, host: str, geography: str | None, usd: float | None
) -> None:
    """Where the answer says so, and for the models that can be kept there."""
    cost = pricer.cost(provider, [model], USAGE, outcome=Outcome(geography=geography), host=host, at=AT)
    assert cost is not None
    if usd is None:
        usd = 1.1 * (_usd(pricer, provider, model, host=host) or 0)
    assert pytest.approx(usd) == cost.total_usd


def test_zhipus_two_lists_are_told_apart_by_host(pricer: Pricer) -> None:
    """One provider name, two price lists."""
    assert pytest.approx(0.3) == _usd(pricer, "zhipu", "glm-4.6v", host="api.z.ai")
    assert _usd(pricer, "zhipu", "glm-4.6v") is None


def test_azure_is_priced_by_the_answering_model(pricer: Pricer) -> None:
    """A deployment's name is the customer's choice, even where it reads like a model."""
    assert pytest.approx(0.5) == _usd(pricer, "azure.ai.openai", "gpt-35-turbo", "gpt-4o", answered="gpt-35-turbo")
    assert _usd(pricer, "azure.ai.openai", "my-model", "gpt-4o", answered="my-model") is None


def test_a_requested_alias_is_not_priced_where_another_model_answered(pricer: Pricer) -> None:
    """What answered is billed; the requested name counts only where it means the same model."""
    assert pytest.approx(0.2) == _usd(
        pricer, "mistral_ai", "ministral-14b-latest", "pixtral-12b", answered="ministral-14b-latest"
    )
    assert _usd(pricer, "openai", "gpt-99", "gpt-4o", answered="gpt-99") is None
    assert pytest.approx(0.15) == _usd(
        pricer, "deepseek", "deepseek-v4-flash", "deepseek-chat", answered="deepseek-v4-flash"
    )


def test_a_requested_name_helps_where_it_means_the_answering_model(pricer: Pricer) -> None:
    """OpenRouter's list has prefixed names; an answer without the prefix means the same model."""
    asked, answered = "google/gemini-2.5-flash", "gemini-2.5-flash"
    assert _usd(pricer, "openrouter", answered, answered=answered) is None
    assert pytest.approx(0.3) == _usd(pricer, "openrouter", answered, asked, answered=answered)


@pytest.mark.parametrize(
    ("provider", "host", "model", "usd"),
    [
        ("openai", "llm.internal", "gpt-4o-mini", 0.15),
        ("openai", "llm.internal", "anthropic/claude-haiku-4-5-20251001", 1.0),
        ("openai", "llm.internal", "vertex_ai/gemini-2.5-flash", 0.3),
        ("openai", "llm.internal", "xai/grok-4.3", 2.5),
        ("openai", "llm.internal", "claude-sonnet-4-6", None),
        ("openai", "llm.internal", "gpt-oss-20b", None),
        ("openai", "llm.internal", "openai/gpt-oss-20b", None),
        ("openai", "llm.internal", "qwen3", None),
        ("openai", "llm.internal", "meta-llama/llama-3.3-70b-instruct", None),
        ("openai", "llm.internal", "deepseek/deepseek-v4-flash", None),
        ("openai", "llm.internal", "google/gemma-3-27b-it", None),
        ("portkey", "api.portkey.ai", "gpt-4o-mini-2024-07-18", 0.15),
        ("litellm", "proxy", "claude-haiku-4-5-20251001", 1.0),
        ("pydantic_gateway", "gateway.pydantic.dev", "gpt-5", 1.25),
        ("cloudflare", "gateway.ai.cloudflare.com", "openai/gpt-4o", 2.5),
        ("snowflake", "x.snowflakecomputing.com", "claude-sonnet-4-6", None),
        ("huggingface", "router.huggingface.co", "openai/gpt-oss-120b", None),
    ],
)
def test_gateways_are_priced_by_the_maker_of_closed_models(
    pricer: Pricer, provider: str, host: str, model: str, usd: float | None
) -> None:
    """Behind a gateway without a list, a closed model costs its maker's list price; open weights have none."""
    assert _usd(pricer, provider, model, host=host) == (None if usd is None else pytest.approx(usd))


def test_a_gateways_own_prices_come_from_the_user() -> None:
    """A gateway is priced as billed by the table, by its host."""
    mine = Pricer({"LLM.internal": {"anthropic/claude-*": {"input": 9.0, "output": 30.0}}})
    cost = mine.cost("openai", ["anthropic/claude-haiku-4-5"], USAGE, host="llm.INTERNAL", at=AT)
    assert cost is not None
    assert (pytest.approx(9.0), "custom") == (cost.total_usd, cost.source)


def test_prices_are_looked_up_once_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """A price is remembered until its window ends, and looked up again then."""
    looked: list[float] = []

    class Dated(Catalogue):
        def edition(self) -> object:
            return self

        def find(self, provider: str, model: str, *, tier: str = "", batch: bool = False, at: float) -> Found:
            looked.append(at)
            price = 1.0 if at < 100 else 2.0
            rates = (Rate("input_tokens", price), Rate("output_tokens", price))
            return Found(card(rates), 0 if at < 100 else 100, 100 if at < 100 else math.inf, model)

    pricer = Pricer(catalogue=Dated())
    costs = [pricer.cost("openai", ["m"], Usage(1, 1), at=at) for at in (1.0, 50.0, 99.9, 100.0, 500.0, 99.0)]
    assert [2.0, 2.0, 2.0, 4.0, 4.0, 2.0] == [cost.total_usd for cost in costs if cost]
    assert [1.0, 100.0, 99.0] == looked


def test_misses_are_remembered_and_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown models are looked up once, and twenty thousand names take no more than the limit."""
    looked: list[str] = []

    class Empty(Catalogue):
        def edition(self) -> object:
            return self

        def find(self, provider: str, model: str, **_: object) -> None:
            looked.append(model)

    pricer = Pricer(catalogue=Empty())
    for _ in range(3):
        assert pricer.cost("openai", ["ft:unknown"], USAGE) is None
    assert looked == ["ft:unknown"]
    for number in range(20_000):
        pricer.cost("openai", [f"ft:{number}"], USAGE)
    assert len(pricer._cache) <= module.CACHED


def test_names_that_are_no_models_are_not_remembered(pricer: Pricer) -> None:
    """An endless name takes no memory."""
    assert pricer.cost("openai", ["gpt-4o" + "x" * 1000], USAGE, at=AT) is None
    assert pricer.cost("openai", ["gpt-4o"], USAGE, outcome=Outcome(model="y" * 1000), at=AT) is None
    assert len(pricer._cache) == 0


def test_updated_prices_take_effect() -> None:
    """After an update of the data, remembered prices are looked up again."""

    class Updated(Catalogue):
        price = 1.0

        def edition(self) -> object:
            return self.price

        def find(self, provider: str, model: str, **_: object) -> Found:
            return Found(card((Rate("input_tokens", self.price),)), -math.inf, math.inf, model)

    data = Updated()
    pricer = Pricer(catalogue=data)
    first = pricer.cost("openai", ["m"], Usage(1, 0))
    data.price = 3.0
    second = pricer.cost("openai", ["m"], Usage(1, 0))
    assert first is not None
    assert second is not None
    assert (1.0, 3.0) == (first.total_usd, second.total_usd)


def test_a_call_before_the_catalogue_is_there_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the catalogue is imported the cost is absent, the call counted, and nothing waits."""
    gate = threading.Event()

    class Slow(Catalogue):
        def _load(self) -> None:
            gate.wait(10)
            self._done.set()

    pricer = Pricer(catalogue=Slow())
    started = time.perf_counter()
    assert pricer.cost("openai", ["gpt-4o"], USAGE) is None
    assert pricer.cost("openai", ["gpt-4o"], USAGE) is None
    assert time.perf_counter() - started < 0.5
    assert (2, False) == (pricer.unpriced_while_warming, pricer.ready())
    gate.set()
    assert pricer.ready(5)
    pricer.cost("openai", ["gpt-4o"], USAGE)
    assert pricer.unpriced_while_warming == 2


def test_warming_makes_prices_ready() -> None:
    """The public pair: start it, and wait for it where waiting is fine."""
    warm()
    assert ready(30)


def test_threads_share_a_pricer(pricer: Pricer) -> None:
    """Many threads get the same right costs."""
    wrong: list[object] = []

    def work(number: int) -> None:
        for step in range(300):
            model = ("gpt-4o", "gpt-4o-mini", f"unknown-{number}-{step}")[step % 3]
            cost = pricer.cost("openai", [model], USAGE, at=AT)
            expected = (2.5, 0.15, None)[step % 3]
            if (cost and round(cost.total_usd, 9)) != expected:
                wrong.append((model, cost))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_priced_call_is_cheap(pricer: Pricer) -> None:
    """Once looked up, pricing takes microseconds; the bound leaves room for slow machines."""
    usage = Usage(1000, 100, 500, 100, 50)
    outcome = Outcome(model="claude-sonnet-4-5-20250929", service_tier="standard")
    models = ["claude-sonnet-4-5-20250929"]
    best = math.inf
    for _ in range(20):
        started = time.perf_counter()
        for _ in range(500):
            pricer.cost("anthropic", models, usage, outcome=outcome, host="api.anthropic.com", at=AT)
        best = min(best, (time.perf_counter() - started) / 500)
    assert best < 40e-6


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("aws.bedrock", "eu.amazon.nova-lite-v1:0"),
        ("aws.bedrock", "apac.meta.llama3-1-70b-instruct-v1:0"),
        ("aws.bedrock", "us-gov.anthropic.claude-3-7-sonnet-20250219-v1:0"),
        ("azure.ai.inference", "DeepSeek-R1"),
        ("gcp.vertex_ai", "gemini-2.0-flash-001"),
        ("openai", "ft:gpt-4.1-2025-04-14:acme::x"),
        ("openrouter", "openai/gpt-4o:online"),
        ("groq", "groq/compound"),
    ],
)
def test_a_name_with_a_price_of_its_own_that_is_not_known_has_no_cost(
    pricer: Pricer, provider: str, model: str
) -> None:
    """Regions, GovCloud, open weights of a maker sold by another, tools that are billed apart: no price is guessed."""
    assert _usd(pricer, provider, model) is None


@pytest.mark.parametrize(
    "prefix", ["models/", "publishers/google/models/", "projects/p/locations/l/publishers/google/models/"]
)
def test_a_path_of_googles_names_its_model(pricer: Pricer, prefix: str) -> None:
    """The resource's name costs what the model costs."""
    assert _usd(pricer, "gcp.vertex_ai", "gemini-2.5-pro") == _usd(pricer, "gcp.vertex_ai", f"{prefix}gemini-2.5-pro")
    assert _usd(pricer, "gcp.gemini", "gemini-2.5-pro") is not None


def test_tokens_of_an_audio_model_need_their_kind(pricer: Pricer) -> None:
    """Without a count of audio, a transcription's tokens are not taken for text; with one, each kind has its price."""
    usages = [Usage(1000, 100), Usage(1000, 100, input_audio_tokens=900), Usage(1000, 100, input_audio_tokens=0)]
    costs = [pricer.cost("openai", ["gpt-4o-transcribe"], usage, at=AT) for usage in usages]
    assert costs[0] is None
    expected = [(100 * 2.5 + 900 * 6 + 100 * 10) / 1e6, (1000 * 2.5 + 100 * 10) / 1e6]
    assert [pytest.approx(usd) for usd in expected] == [cost and cost.total_usd for cost in costs[1:]]

"""Each finding of the doctor provoked by a service whose set-up has that fault; a sound one finds nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from genai_sentry.testing import SentryReceiver

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="examines each service in a forked child")

SOUND = "import genai_sentry\ngenai_sentry.init()\n"

PROVIDER = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter
"""

HANDING_ON = """
class HandingOn(trace.TracerProvider):
    def __init__(self, provider):
        self.provider = provider
    def get_tracer(self, *args, **kwargs):
        return self.provider.get_tracer(*args, **kwargs)
    def add_span_processor(self, processor):
        self.provider.add_span_processor(processor)
"""

OTHER = """
from opentelemetry.instrumentation.instrumentor import BaseInstrumentor
class OpenAIInstrumentor(BaseInstrumentor):
    __module__ = "opentelemetry.instrumentation.openai_v2"
    def instrumentation_dependencies(self):
        return ()
    def _instrument(self, **kwargs):
        pass
    def _uninstrument(self, **kwargs):
        pass
OpenAIInstrumentor().instrument()
"""

SETUPS: dict[str, tuple[str, dict[str, str], set[str]]] = {
    "sound": (SOUND, {}, set()),
    "sound with a provider of its own": (
        f"{PROVIDER}\ntrace.set_tracer_provider(TracerProvider())\n{SOUND}",
        {},
        set(),
    ),
    "sound with a provider that hands on to the SDK's": (
        f"{PROVIDER}{HANDING_ON}trace.set_tracer_provider(HandingOn(TracerProvider()))\n{SOUND}",
        {},
        set(),
    ),
    "a provider of another make": (
        "import sentry_sdk\nsentry_sdk.init(auto_enabling_integrations=False)\n"
        f"{PROVIDER}{HANDING_ON}trace.set_tracer_provider(HandingOn([TracerProvider()]))\n"
        "HandingOn.get_tracer = lambda self, *args, **kwargs: self.provider[0].get_tracer(*args, **kwargs)\n"
        "from genai_sentry import GenAIInstrumentor\nGenAIInstrumentor().instrument()\n",
        {},
        set(),
    ),
    "a provider that hands on to nobody's": (
        "import sentry_sdk\nsentry_sdk.init(auto_enabling_integrations=False)\n"
        f"{PROVIDER}{HANDING_ON}trace.set_tracer_provider(HandingOn(TracerProvider()))\n"
        "from genai_sentry import GenAIInstrumentor\nGenAIInstrumentor().instrument()\n",
        {},
        {"exporter-missing"},
    ),
    "no DSN": (SOUND, {"SENTRY_DSN": ""}, {"dsn-missing"}),
    "Sentry not set up": (
        f"from genai_sentry import GenAIInstrumentor\n{PROVIDER}\n"
        "provider = TracerProvider()\nprovider.add_span_processor(BatchSpanProcessor(ConsoleSpanExporter()))\n"
        "trace.set_tracer_provider(provider)\nGenAIInstrumentor().instrument()\n",
        {},
        {"sentry-not-initialised"},
    ),
    "nothing instrumented": (
        "import sentry_sdk\nfrom sentry_sdk.integrations.otlp import OTLPIntegration\n"
        "sentry_sdk.init(integrations=[OTLPIntegration(setup_propagator=False)], auto_enabling_integrations=False)\n",
        {},
        {"not-instrumented"},
    ),
    "no exporter": (
        "import sentry_sdk\nsentry_sdk.init(auto_enabling_integrations=False)\n"
        f"{PROVIDER}\ntrace.set_tracer_provider(TracerProvider())\n"
        "from genai_sentry import GenAIInstrumentor\nGenAIInstrumentor().instrument()\n",
        {},
        {"exporter-missing"},
    ),
    "two providers": (
        f"{PROVIDER}\n"
        "import sentry_sdk\nfrom genai_sentry import GenAIInstrumentor\n"
        "sentry_sdk.init(auto_enabling_integrations=False)\n"
        "first = TracerProvider()\nfirst.add_span_processor(BatchSpanProcessor(ConsoleSpanExporter()))\n"
        "trace.set_tracer_provider(first)\ntrace.set_tracer_provider(TracerProvider())\n"
        "GenAIInstrumentor().instrument()\n",
        {},
        {"provider-set-twice"},
    ),
    "provider after Sentry": (
        f"{SOUND}{PROVIDER}\ntrace.set_tracer_provider(TracerProvider())\n",
        {},
        {"provider-after-sentry"},
    ),
    "propagator replaced": (
        "import genai_sentry\nfrom sentry_sdk.integrations.otlp import OTLPIntegration\n"
        "genai_sentry.init(sentry_options={'integrations': [OTLPIntegration()]})\n",
        {},
        {"propagator-replaced"},
    ),
    "second exporter": (
        f"{SOUND}{PROVIDER}\nimport os\n"
        "from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\n"
        "endpoint = os.environ['RECEIVER'] + '/api/1/integration/otlp/v1/traces/'\n"
        "provider = trace.get_tracer_provider()\n"
        "provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))\n",
        {},
        {"second-exporter"},
    ),
    "other instrumentation": (f"{SOUND}{OTHER}", {}, {"other-instrumentation"}),
    "Sentry's own integration": (
        "import sentry_sdk\nfrom sentry_sdk.integrations.openai import OpenAIIntegration\n"
        f"{SOUND}sentry_sdk.get_client().integrations['openai'] = OpenAIIntegration()\n",
        {},
        {"sentry-llm-integration"},
    ),
    "tracer of the SDK": (SOUND, {"ANTHROPIC_OPEN_TELEMETRY": "true"}, {"sdk-tracer"}),
    "sampling hides spans": (
        f"{PROVIDER}\nfrom opentelemetry.sdk.trace.sampling import ALWAYS_OFF\n"
        f"trace.set_tracer_provider(TracerProvider(sampler=ALWAYS_OFF))\n{SOUND}",
        {},
        {"sampling-hides-spans"},
    ),
    "sampling unknown to Sentry": (
        f"{PROVIDER}\nfrom opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased\n"
        f"trace.set_tracer_provider(TracerProvider(sampler=ParentBased(TraceIdRatioBased(0.1))))\n{SOUND}",
        {},
        {"sampling-not-extrapolated"},
    ),
    "sampling that Sentry knows": (SOUND, {"GENAI_SENTRY_TRACE_SAMPLE_RATE": "0.1"}, set()),
    "two tracings": (
        f"{PROVIDER}\ntrace.set_tracer_provider(TracerProvider())\n"
        "import genai_sentry\ngenai_sentry.init(sentry_options={'traces_sample_rate': 1.0})\n",
        {},
        {"two-tracings"},
    ),
    "Sentry's tracing alone": (
        "import genai_sentry\ngenai_sentry.init(sentry_options={'traces_sample_rate': 1.0})\n",
        {},
        set(),
    ),
    "content without PII": (
        SOUND,
        {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"},
        {"content-without-pii"},
    ),
    "PII without content": (
        "import warnings\nwarnings.simplefilter('ignore')\n"
        "import genai_sentry\ngenai_sentry.init(sentry_options={'send_default_pii': True})\n",
        {},
        {"pii-without-content"},
    ),
    "metrics dropped": (
        "import genai_sentry\ngenai_sentry.init(sentry_options={'before_send_metric': lambda metric, hint: None})\n",
        {},
        {"metrics-dropped"},
    ),
    "retries on retries": (
        f"import tenacity\nimport openai\nclient = openai.OpenAI(api_key='x')\n{SOUND}",
        {},
        {"retries-multiplied"},
    ),
    "no retries on retries": (
        f"import tenacity\nimport openai\nclient = openai.OpenAI(api_key='x', max_retries=0)\n{SOUND}",
        {},
        set(),
    ),
    "tags taken away": (
        "import genai_sentry\n"
        "def strip(event, hint):\n    event['tags'].pop('llm_error_reason', None)\n    return event\n"
        "genai_sentry.init(sentry_options={'before_send': strip})\n",
        {},
        {"tags-lost"},
    ),
    "events dropped": (
        "import genai_sentry\ngenai_sentry.init(sentry_options={'before_send': lambda event, hint: None})\n",
        {},
        {"event-lost"},
    ),
    "events that Sentry does not take": (
        f"import sentry_sdk\n{SOUND}sentry_sdk.get_client().transport.record_lost_event('network_error', 'error')\n",
        {},
        {"delivery-losses"},
    ),
    "set-up that fails": ("raise RuntimeError('no database')\n", {}, {"setup-failed"}),
}


DRIVER = """
import json, os, sys
import openai, sentry_sdk, genai_sentry.runtime, genai_sentry.setup, genai_sentry.testing
import opentelemetry.exporter.otlp.proto.http.trace_exporter, sentry_sdk.integrations.otlp
from genai_sentry.cli import main
import genai_sentry.cli.doctor, genai_sentry.telemetry.http_spans
from genai_sentry.pricing import CATALOGUE
from genai_sentry.sentry.integrations import disabled_integrations
from sentry_sdk.integrations import iter_default_integrations
from sentry_sdk.utils import _get_installed_modules

CATALOGUE.load()
disabled_integrations()
list(iter_default_integrations(True))
_get_installed_modules()
sys.path.insert(0, "")
children = []
for module, variables in json.load(sys.stdin).items():
    child = os.fork()
    if child:
        children.append(child)
        if len(children) == 2:
            os.waitpid(children.pop(0), 0)
        continue
    with open(f"{module}.out", "w") as output, open(f"{module}.err", "w") as errors:
        sys.stdout, sys.stderr = output, errors
        os.environ.update(variables)
        try:
            code = main(["doctor", "--app", module, "--json"])
        except BaseException as error:
            code = repr(error)
        print(code, file=errors)
    os._exit(0)
for child in children:
    os.waitpid(child, 0)
"""
"""Imports what takes long once, and examines each service in a child of its own."""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[int, dict[str, Any], str]]]:
    """What the doctor says of each set-up: exit code, its JSON, standard error."""
    folder = tmp_path_factory.mktemp("services")
    (folder / "tenacity.py").write_text("def retry(function):\n    return function\n")
    modules = {name: f"service{index}" for index, name in enumerate(SETUPS)}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SENTRY_", "OTEL_", "GENAI_"))}
    with SentryReceiver() as receiver:
        common = {
            "SENTRY_DSN": receiver.dsn,
            "RECEIVER": receiver.url,
            "NO_PROXY": "127.0.0.1",
            "ANTHROPIC_OPEN_TELEMETRY": "false",
        }
        for name, (code, _, _) in SETUPS.items():
            (folder / f"{modules[name]}.py").write_text(code)
        work = {modules[name]: variables for name, (_, variables, _) in SETUPS.items()}
        done = subprocess.run(
            [sys.executable, "-c", DRIVER],
            input=json.dumps(work),
            cwd=folder,
            env={**kept, **common},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert 0 == done.returncode, done.stderr
        yield {name: read_report(folder / module) for name, module in modules.items()}


def read_report(place: Path) -> tuple[int, dict[str, Any], str]:
    """What one child wrote."""
    output, errors = place.with_suffix(".out").read_text(), place.with_suffix(".err").read_text()
    return int(errors.splitlines()[-1]), json.loads(output) if output else {}, errors


@pytest.mark.parametrize("name", SETUPS)
def test_finds_what_is_wrong_and_nothing_else(name: str, reports: dict[str, tuple[int, dict[str, Any], str]]) -> None:
    """The doctor finds exactly the fault of each set-up, with a fix; it ends with 1, or 0 where nothing is wrong."""
    code, answer, errors = reports[name]
    expected = SETUPS[name][2]
    assert answer, errors
    assert expected == {found["id"] for found in answer["findings"]}, answer["findings"]
    assert (1 if expected else 0) == code
    assert all(found["problem"] and found["fix"] for found in answer["findings"])

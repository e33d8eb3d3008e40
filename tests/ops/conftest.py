"""A stand-in of Sentry's web API on loopback: keeps state, validates what it is sent, fails on demand."""

from __future__ import annotations

import importlib.util
import json
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType
from typing import Any

import pytest

from shared import shared

PAGE = 3
KINDS = {"dashboards": "dashboard", "detectors": "detector", "workflows": "workflow"}


def schema_validator() -> Callable[[str, Any], list[str]] | None:
    """The validator of Sentry's published schema, where it and jsonschema are at hand."""
    path = shared("sentry_api", "validate.py")
    if path is None or importlib.util.find_spec("jsonschema") is None:
        return None
    spec = importlib.util.spec_from_file_location("sentry_schema_validator", path)
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    validate: Callable[[str, Any], list[str]] = module.validate
    return validate


@dataclass
class Fault:
    """What happens to the next requests that fit: a status, or a connection dropped `before` or `after` the work."""

    method: str
    part: str
    status: int = 0
    drop: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    skip: int = 0


class StandIn:
    """Organisation `acme` with project `llm`; tokens `writer` and `reader`."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in KINDS}
        self.objects["detectors"]["1"] = {"id": "1", "type": "error", "name": "Error Monitor", "projectId": "42"}
        self.objects["detectors"]["2"] = {"id": "2", "type": "error", "name": "Error Monitor", "projectId": "43"}
        self.integrations: list[dict[str, Any]] = [
            {"id": "7", "name": "acme-workspace", "provider": {"key": "slack"}},
            {
                "id": "8",
                "name": "acme-pager",
                "provider": {"key": "pagerduty"},
                "configData": {"service_table": [{"id": 70, "service": "LLM on-call"}]},
            },
        ]
        self.next_id = 100
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str]] = []
        self.invalid: list[str] = []
        self.validate = schema_validator()
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def writes(self) -> list[tuple[str, str]]:
        return [(method, path) for method, path in self.requests if method != "GET"]

    def marked(self, kind: str) -> list[dict[str, Any]]:
        return [item for item in self.objects[kind].values() if "genai-sentry:" in json.dumps(item)]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def fault_for(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.method == method and fault.part in path and fault.times > 0:
                if fault.skip > 0:
                    fault.skip -= 1
                    return None
                fault.times -= 1
                return fault
        return None

    def answer(self, method: str, path: str, query: dict[str, str], token: str, body: Any) -> tuple[int, Any]:
        if token not in ("writer", "reader"):
            return 401, {"detail": "Invalid token"}
        if path == "/api/0/projects/acme/llm/":
            return 200, {"id": "42", "slug": "llm"}
        parts = path.strip("/").split("/")
        if parts[:4] != ["api", "0", "organizations", "acme"]:
            return 404, {"detail": "The requested resource does not exist"}
        rest = parts[4:]
        if not rest:
            return 200, {"id": "1", "slug": "acme"}
        if rest == ["integrations"]:
            return 200, [item for item in self.integrations if item["provider"]["key"] == query["providerKey"]]
        if rest[:2] == ["projects", "llm"]:
            rest = rest[2:]
        if method != "GET" and token == "reader":
            return 403, {"detail": "You do not have permission to perform this action."}
        return self.collection(method, rest, query, body)

    def collection(self, method: str, rest: list[str], query: dict[str, str], body: Any) -> tuple[int, Any]:
        store = self.objects[rest[0]]
        if len(rest) == 1:
            if method == "GET":
                project = query.get("project")
                items = [item for item in store.values() if project in (None, item.get("projectId", project))]
                summary = rest[0] == "dashboards"
                return 200, [{"id": item["id"], "title": item["title"]} if summary else item for item in items]
            faults = self.check(rest[0], body)
            if faults:
                return 400, faults
            identifier = str(self.next_id)
            self.next_id += 1
            store[identifier] = self.kept(rest[0], identifier, body)
            return 201, store[identifier]
        if rest[1] not in store:
            return 404, {"detail": "The requested resource does not exist"}
        if method == "PUT":
            faults = self.check(rest[0], body)
            if faults:
                return 400, faults
            store[rest[1]] = self.kept(rest[0], rest[1], body)
        if method == "DELETE":
            del store[rest[1]]
            return 204, None
        return 200, store[rest[1]]

    def check(self, collection: str, body: Any) -> list[str]:
        found = self.validate(KINDS[collection], body) if self.validate else []
        self.invalid += found
        return found

    @staticmethod
    def kept(collection: str, identifier: str, body: dict[str, Any]) -> dict[str, Any]:
        """An object in the shape in which Sentry gives it: ids, its own keys, monitors' queries two levels down."""
        item = json.loads(json.dumps(body)) | {"id": identifier, "dateCreated": "2026-11-01T00:00:00Z"}
        if collection == "detectors":
            item["projectId"] = "42"
            item["dataSources"] = [
                {"id": "9", "type": "snuba_query_subscription", "queryObj": {"snubaQuery": {"id": "5", **source}}}
                for source in item["dataSources"]
            ]
            for source in item["dataSources"]:
                del source["queryObj"]["snubaQuery"]["queryType"]
        if collection == "workflows":
            for actions in item["actionFilters"]:
                for action in actions["actions"]:
                    action["id"] = "55"
                    if action["type"] == "slack":
                        action["config"]["targetIdentifier"] = "C024BE91L"
            item["detectorIds"] = [str(number) for number in item["detectorIds"]]
        return item

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                return None

            def handle_one(self) -> None:
                split = urllib.parse.urlsplit(self.path)
                query = dict(urllib.parse.parse_qsl(split.query))
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
                with stand_in.lock:
                    stand_in.requests.append((self.command, split.path))
                    fault = stand_in.fault_for(self.command, split.path)
                    if fault and fault.status:
                        return self.reply(fault.status, {"detail": "as asked for"}, fault.headers)
                    if fault and fault.drop == "before":
                        return self.drop()
                    status, answer = stand_in.answer(self.command, split.path, query, token, body)
                    if fault and fault.drop == "after":
                        return self.drop()
                headers = {}
                if isinstance(answer, list) and "per_page" in query:
                    start = int(query.get("cursor", "0:0:0").split(":")[1])
                    more = "true" if start + PAGE < len(answer) else "false"
                    answer = answer[start : start + PAGE]
                    here = f"{stand_in.url}{split.path}"
                    headers["Link"] = (
                        f'<{here}>; rel="previous"; results="false"; cursor="0:0:1", '
                        f'<{here}>; rel="next"; results="{more}"; cursor="0:{start + PAGE}:0"'
                    )
                return self.reply(status, answer, headers)

            def reply(self, status: int, answer: Any, headers: dict[str, str]) -> None:
                data = b"" if answer is None else json.dumps(answer).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(data)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def drop(self) -> None:
                self.close_connection = True

            do_GET = do_POST = do_PUT = do_DELETE = handle_one

        return Handler


@pytest.fixture
def sentry(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """The stand-in, with the environment pointing at it and no waiting between tries."""
    stand_in = StandIn()
    monkeypatch.setenv("SENTRY_URL", stand_in.url)
    monkeypatch.setenv("SENTRY_ORG", "acme")
    monkeypatch.setenv("SENTRY_PROJECT", "llm")
    monkeypatch.setenv("SENTRY_AUTH_TOKEN", "writer")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("genai_sentry.ops.api.FIRST_WAIT_S", 0.0)
    yield stand_in
    stand_in.close()
    assert stand_in.invalid == []


@pytest.fixture
def fault() -> type[Fault]:
    """What the stand-in can be told to do wrong."""
    return Fault


@pytest.fixture(scope="session")
def schema() -> Callable[[str, Any], list[str]]:
    """The validator of Sentry's published schema; skips where it is not at hand."""
    found = schema_validator()
    if found is None:
        pytest.skip("Sentry's published schema, or jsonschema, is not at hand")
    return found

"""Bring Sentry's objects to what is described: a plan first, then exactly that.

Only objects that bear a mark of this package are changed; marked ones that are no longer described are left alone
unless they are to be pruned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from genai_sentry.ops.api import Api
from genai_sentry.ops.dashboards import TITLE_SUFFIX
from genai_sentry.ops.errors import ApiError, OpsError
from genai_sentry.ops.objects import Object, Payload, key_of

FILLED_IN = ("targetIdentifier", "targetDisplay")
"""What Sentry fills in itself where it is sent empty (the id of a Slack channel)."""

PATHS = {"dashboard": "dashboards", "detector": "detectors", "workflow": "workflows"}
SCOPES = {
    "dashboard": "org:read and org:write",
    "detector": "org:read, project:read and alerts:write",
    "workflow": "org:read, project:read and alerts:write",
}
"""What a token must be allowed to do."""


@dataclass(slots=True)
class Step:
    """One object and what is to be done with it.

    Attributes:
        action: `create`, `change`, `unchanged`, `leftover` (marked, no longer described) or `delete`.
        kind, key, title: which object.
        id: its id in Sentry; empty before it exists.
        differs: the paths at which it differs.
        state: `planned`, then `done`, `failed`, `unclear` (sent, but no answer came: it may be done or not) or
            `not tried`; `unchanged` and `leftover` need nothing.
        wanted: what it is to become.
    """

    action: str
    kind: str
    key: str
    title: str
    id: str = ""
    differs: list[str] = field(default_factory=list)
    state: str = "planned"
    wanted: Payload | None = field(default=None, repr=False)

    @property
    def writes(self) -> bool:
        """Whether carrying it out changes anything."""
        return self.action in ("create", "change", "delete")


class Stopped(Exception):
    """A push stopped half-way; the steps' states say what was done.

    Attributes:
        step: the step that failed.
        cause: why.
        steps: all steps.
    """

    def __init__(self, step: Step, cause: ApiError, steps: list[Step]) -> None:
        super().__init__(f"{step.action} {step.kind} {step.title!r}: {cause}")
        self.step, self.cause, self.steps = step, cause, steps


def check_access(api: Api, kind: str) -> str:
    """See whether organisation and project are there; the project's id, empty where none is named.

    Raises:
        OpsError: they are not, or the token may not read them.
    """
    access = api.access
    where = f"organisation {access.organization!r} at {access.url}"
    try:
        api.get(api.path())
    except ApiError as error:
        if error.status == 404:
            raise OpsError(f"{where} does not exist, or the token can't see it") from None
        if error.status == 403:
            raise OpsError(f"{where}: the token may not read it; it needs the scopes {SCOPES[kind]}") from None
        raise OpsError(str(error)) from None
    if not access.project:
        return ""
    try:
        project = api.get(f"/api/0/projects/{access.organization}/{access.project}/")
    except ApiError as error:
        if error.status == 404:
            raise OpsError(f"project {access.project!r} does not exist in {where}") from None
        raise OpsError(f"project {access.project!r} in {where}: {error}") from None
    return str(project.get("id", "")) if isinstance(project, dict) else ""


def existing(api: Api, kind: str, project_id: str = "") -> list[Payload]:
    """The objects of one kind that are in Sentry; dashboards whole, as far as they may be ours."""
    if kind != "dashboard":
        query = {"project": project_id} if project_id else {}
        found = list(api.pages(api.path(PATHS[kind]), per_page="100", **query))
        if kind == "detector" and project_id:
            found = [item for item in found if str(item.get("projectId", project_id)) == project_id]
        return found
    titled = [
        item
        for item in api.pages(api.path("dashboards"), per_page="100")
        if str(item.get("title", "")).endswith(TITLE_SUFFIX)
    ]
    whole = (api.get(api.path("dashboards", str(item["id"]))) for item in titled if "id" in item)
    return [item for item in whole if isinstance(item, dict)]


def plan(
    kind: str, objects: Iterable[Object], current: Iterable[Payload], *, prune: bool = False, mine: str = ""
) -> list[Step]:
    """What to do to get from what is there to what is described.

    Args:
        kind: the kind of all of them.
        objects: what is described.
        current: what is there.
        prune: whether marked objects that are no longer described are deleted.
        mine: only marks that begin so are looked at (alerts of several projects share an organisation).

    Raises:
        OpsError: a dashboard of someone else has the title of one of ours.
    """
    marked: dict[str, list[Payload]] = {}
    titles: set[str] = set()
    for there in current:
        key = key_of(kind, there)
        if key is None:
            titles.add(str(there.get("title", "")))
        elif key.startswith(mine):
            marked.setdefault(key, []).append(there)
    steps = []
    for item in objects:
        found = marked.get(item.key, [])
        if not found:
            if kind == "dashboard" and item.title in titles:
                raise OpsError(f"dashboard {item.title!r} exists but bears no mark of genai-sentry: rename it first")
            steps.append(Step("create", kind, item.key, item.title, wanted=item.payload))
            continue
        first = found.pop(0)
        changes = differences(item.payload, comparable(kind, first))
        action = "change" if changes else "unchanged"
        steps.append(Step(action, kind, item.key, item.title, str(first.get("id", "")), changes, wanted=item.payload))
    for key, rest in marked.items():
        for extra in rest:
            title = str(extra.get("title") or extra.get("name") or key)
            steps.append(Step("delete" if prune else "leftover", kind, key, title, str(extra.get("id", ""))))
    for step in steps:
        if not step.writes:
            step.state = step.action
    return steps


def apply(api: Api, steps: list[Step], *, project_id: str = "", told: Callable[[Step], None] = lambda _: None) -> None:
    """Carry out a plan, in order.

    Raises:
        Stopped: a step failed; later ones were not tried.
    """
    todo = [step for step in steps if step.writes]
    for index, step in enumerate(todo):
        try:
            _carry_out(api, step, project_id)
        except (ApiError, KeyboardInterrupt) as fault:
            error = fault if isinstance(fault, ApiError) else ApiError("interrupted", uncertain=True)
            if error.status == 403:
                error = ApiError(f"{error}; the token needs the scopes {SCOPES[step.kind]}", 403)
            step.state = "unclear" if error.uncertain else "failed"
            for later in todo[index + 1 :]:
                later.state = "not tried"
            raise Stopped(step, error, steps) from None
        step.state = "done"
        told(step)


def _carry_out(api: Api, step: Step, project_id: str) -> None:
    collection = PATHS[step.kind]
    if step.action == "delete":
        try:
            api.delete(api.path(collection, step.id))
        except ApiError as error:
            if error.status != 404:  # gone already, maybe by a try whose answer was lost
                raise
        return
    assert step.wanted is not None
    if step.action == "change":
        body = {**step.wanted, "id": step.id} if step.kind == "workflow" else step.wanted
        api.put(api.path(collection, step.id), body)
        return

    def made() -> Payload | None:
        return next(
            (item for item in existing(api, step.kind, project_id) if key_of(step.kind, item) == step.key), None
        )

    path = api.path(collection)
    if step.kind == "detector":
        path = api.path("projects", api.access.project, "detectors")
    answer = api.post(path, step.wanted, made)
    if isinstance(answer, Mapping):
        step.id = str(answer.get("id", ""))


def comparable(kind: str, current: Payload) -> Payload:
    """An object from the API in the form in which it is sent: monitors give their query two levels down."""
    if kind != "detector":
        return current
    sources = []
    for source in current.get("dataSources") or []:
        query = ((source.get("queryObj") or {}).get("snubaQuery") if isinstance(source, Mapping) else None) or source
        sources.append(query)
    return {**current, "dataSources": sources}


def differences(wanted: Any, current: Any, path: str = "") -> list[str]:
    """Paths at which an object differs from what is wanted.

    Sentry adds keys of its own, leaves some out of its answers and fills some in: only keys on both sides are
    compared. Null, empty text and empty list are the same to it, as are ids given as number or text.
    """
    if isinstance(wanted, Mapping) and isinstance(current, Mapping):
        return [
            found
            for name, value in wanted.items()
            if name in current and not (name in FILLED_IN and not value)
            for found in differences(value, current[name], f"{path}.{name}" if path else name)
        ]
    if isinstance(wanted, list) and isinstance(current, list):
        if len(wanted) != len(current):
            return [path]
        if all(isinstance(item, str | int) for item in [*wanted, *current]):
            return [] if list(map(str, wanted)) == list(map(str, current)) else [path]
        return [
            found
            for index, (one, other) in enumerate(zip(wanted, current, strict=True))
            for found in differences(one, other, f"{path}[{index}]")
        ]
    return [] if _same(wanted, current) else [path]


_EMPTY: tuple[Any, ...] = (None, "", [], {})


def _same(one: Any, other: Any) -> bool:
    if one in _EMPTY and other in _EMPTY:
        return True
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return float(one) == float(other)
    return str(one) == str(other) if isinstance(one, str | int) and isinstance(other, str | int) else one == other

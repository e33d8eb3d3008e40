"""What every event of the process passes: those that carry a failed call are enriched, repeats are dropped."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, MutableMapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from genai_sentry.errors.taxonomy import ErrorType, Reason, classification
from genai_sentry.guard import swallowed
from genai_sentry.sentry import events, frames, scrub, snapshot
from genai_sentry.sentry.breadcrumbs import MAX_TOLD, Said
from genai_sentry.sentry.matching import Calls, Found, Mark, State, echo_of, find, is_marked, quoting
from genai_sentry.sentry.plain import Plain

if TYPE_CHECKING:
    from genai_sentry.record import CallRecord
    from genai_sentry.sentry.deferral import Outbox
    from genai_sentry.sentry.throttle import Throttle
    from genai_sentry.settings import Settings

Event = MutableMapping[str, Any]

HINT = "genai_sentry"
"""Key of the hint by which this package knows its own events."""

NOT_A_CAPTURE = frozenset(
    {"openai", "anthropic", "cohere", "google_genai", "huggingface_hub", "litellm", "mistral", "langchain",
     "openai_agents", "pydantic_ai", "otlp"}
)  # fmt: skip
"""Mechanisms of integrations that report every exception that passes, handled or not."""


class Enricher:
    """A global event processor of Sentry."""

    def __init__(self, settings: Settings, calls: Calls, outbox: Outbox, throttle: Throttle) -> None:
        self._settings = settings
        self._calls = calls
        self._outbox = outbox
        self._throttle = throttle
        self.closed = False

    def __call__(self, event: Any, hint: Any) -> Any:
        """Pass, enrich or drop an event."""
        if self.closed or event.get("type") == "transaction":
            return event
        try:
            return self._process(event, hint or {})
        except Exception as error:
            if not swallowed("sentry.enrich", error):
                raise
            return event

    def _process(self, event: Event, hint: Any) -> Event | None:
        _scrub_queries(event)
        if HINT in hint:
            return event
        error = error_of(hint)
        if error is None:
            self._clean(event)
            return event
        found, succeeded = find(error, self._calls)
        found = [item for item in found if item.mark.owner is self._outbox and _is_failure(item.mark, error)]
        if found:
            return self._carry(event, found, error)
        if succeeded is not None:
            self._add_call(event, succeeded, error)
        return event

    def _clean(self, event: Event) -> None:
        """A message that the application captures while it handles a failed call quotes it; it says no more of it."""
        handled = sys.exc_info()[1] if isinstance(event.get("message"), str) and not event.get("type") else None
        if handled is not None:
            about, echo = quoting(handled, self._calls)
            if about:
                scrub_texts(event, echo, self._settings)
                _attach_stack(event, _options())
                frames.tidy(event, _options(), keep_locals=self._settings.frame_locals == "app")

    def _carry(self, event: Event, found: list[Found], error: BaseException) -> Event | None:
        if _mechanism(event).get("type") in NOT_A_CAPTURE:
            # Dedupe may have noted the exception already, and would drop the event of the framework.
            sys.modules["sentry_sdk.integrations.dedupe"].DedupeIntegration.reset_last_seen()
            return None
        strong = [item for item in found if not item.weak]
        fresh = [item for item in found if self._claim(item, str(event.get("event_id") or ""))]
        main = next((item for item in fresh if not item.weak), None)
        repeat = main is None and bool(strong)
        if repeat and _handled(event) and _all_known(error, strong):
            return None
        if repeat:
            main = strong[0]
            event.setdefault("tags", {})["llm_repeat_of"] = main.mark.event_id or main.mark.id
        self._rewrite(event, found)
        if main is not None:
            self._add_strong(event, main, [item for item in fresh if not item.weak])
        elif fresh:
            self._add(event, fresh[0].mark.record, fresh[0].mark.held_back)
        return event

    def _claim(self, item: Found, event_id: str) -> bool:
        """Take a failure over; False where an event has carried it already."""
        mark = item.mark
        if mark.id.partition("-")[0] != str(os.getpid()):
            return True  # another process's: nobody can recall its event
        entry = self._outbox.claim(mark.id)
        if entry is not None and mark.counted is not None:
            mark.counted.errors -= 1  # type: ignore[attr-defined]
            mark.counted = None
        if entry is None:
            if mark.state is State.SUPPRESSED and not item.weak:
                self._throttle.carried(mark.key)
            elif mark.state is State.CARRIED and item.weak:
                return False
            elif mark.state in (State.SENT, State.CLAIMED, State.PENDING):
                return False  # pending, but not in the outbox: just being sent
        if entry is not None or not item.weak:
            mark.state = State.CARRIED if item.weak else State.CLAIMED
            mark.event_id = event_id
        return True

    def _add_strong(self, event: Event, main: Found, fresh: list[Found]) -> None:
        settings, record = self._settings, main.mark.record
        self._add(event, record, main.mark.held_back)
        if _handled(event) and event.get("level") in (None, "error") and record.classification is not None:
            event["level"] = events.level(record.classification, settings)
        kinds = {tuple(events.fingerprint(item.mark.record, settings)) for item in fresh} or {("",)}
        if len(kinds) == 1:
            event.setdefault("fingerprint", events.fingerprint(record, settings))
        if len(fresh) > 1:
            context: dict[str, Any] = {"count": len(fresh)}
            for number, item in enumerate(fresh[:10], 1):
                context[str(number)] = events.title(item.mark.record, "")
            event.setdefault("contexts", {}).setdefault("llm_failures", context)

    def _add_call(self, event: Event, record: CallRecord, error: BaseException) -> None:
        """Enrich the event of an exception that a client library raised about a call that succeeded."""
        from genai_sentry.errors.classify import classify

        known = replace(record, classification=classify(error, provider=record.provider))
        self._rewrite(event, [Found(Mark("", known, None), error, "self", False)])
        self._add(event, known, 0)

    def _add(self, event: Event, record: CallRecord, held_back: int) -> None:
        settings, options = self._settings, _options()
        tags = event.setdefault("tags", {})
        if isinstance(tags, dict):
            for name, value in events.tags(record, settings).items():
                tags.setdefault(name, value)
            if held_back:
                tags.setdefault("llm_held_back", str(held_back))
        contexts = event.setdefault("contexts", {})
        environment = event.get("environment") or options.get("environment")
        for name, context in events.contexts(record, settings, environment).items():
            contexts.setdefault(name, context)
        link = events.trace_context(record)
        there = contexts.get("trace") or {}
        # An active Sentry span says what it is; without one this is only a trace that Sentry made up.
        if link is not None and (there.get("trace_id") == link["trace_id"] or "op" not in there):
            contexts["trace"] = link

    def _rewrite(self, event: Event, found: list[Found]) -> None:
        """Put titles, scrub messages, strip variables; add the failure's stack where the event hasn't it."""
        settings, options = self._settings, _options()
        for failure in found:
            failure.mark.echo = failure.mark.echo or echo_of(None, failure.error)
        echo = next((item.mark.echo for item in found if item.mark.echo), None)
        section = event.get("exception")
        entries = section.get("values") if isinstance(section, dict) else None
        if not isinstance(entries, list):
            entries = []
        titles = {(events.type_name(type(item.error)), events.value_of(item.error)): item for item in found}
        for entry in entries:
            if not isinstance(entry, dict):
                continue
            text = str(entry.get("value") or "")
            item = titles.get((str(entry.get("type")), text))
            if item is not None and item.mark.id:
                record = item.mark.record
                entry["value"] = events.title(record, events.message(record, text, settings, item.mark.echo))
            else:
                entry["value"] = scrub.fit(text, settings, echo)
        spliced = [item for item in found if item.mark.id and (not entries or item.how == "hidden") and not item.weak]
        for item in spliced:
            links = snapshot.chain(item.error, is_marked)
            entries = [*events.values(links, item.mark.record, settings, options, item.mark.echo), *entries]
        if spliced:
            event["exception"] = {"values": entries}
        scrub_texts(event, echo, settings)
        frames.tidy(event, options, keep_locals=settings.frame_locals == "app")


def scrub_texts(event: Event, echo: scrub.Echo | None, settings: Settings) -> None:
    """Scrub log message, extra data and breadcrumbs of an event about a failed call: they quote it."""

    def clean(text: str) -> str:
        return scrub.fit(text, settings, echo)

    entry = event.get("logentry")
    if isinstance(entry, dict):
        entry.update({name: scrub.everywhere(entry[name], clean) for name in _QUOTING if name in entry})
    for name in ("message", "extra"):
        if event.get(name):
            event[name] = scrub.everywhere(event[name], clean)
    crumbs = event.get("breadcrumbs")
    if isinstance(crumbs, dict) and isinstance(crumbs.get("values"), list):
        crumbs["values"] = _clean_crumbs(crumbs["values"], clean)


_QUOTING = ("message", "formatted", "params")
"""What of a log line quotes."""


def _clean_crumbs(crumbs: list[Any], clean: Callable[[str], str]) -> list[Any]:
    """Breadcrumbs fit to leave the process; of our own the newest."""
    kept: list[Any] = []
    own = 0
    for crumb in reversed(crumbs):
        text = crumb.get("message") if isinstance(crumb, dict) else None
        if isinstance(text, Said):
            own += 1
            if own <= MAX_TOLD:
                kept.append(Plain(crumb))  # nothing to scrub, and nothing for Sentry to look through
        else:
            kept.append({**crumb, "message": scrub.everywhere(text, clean)} if text else crumb)
    kept.reverse()
    return kept


def _scrub_queries(event: Event) -> None:
    """Take the values of URL queries out of breadcrumbs: some providers take their key there."""
    crumbs = event.get("breadcrumbs")
    values = crumbs.get("values") if isinstance(crumbs, dict) else None
    if not isinstance(values, list):
        return
    for position, crumb in enumerate(values):
        data = crumb.get("data") if isinstance(crumb, dict) else None
        if not isinstance(data, dict) or not ("http.query" in data or "?" in str(data.get("url", ""))):
            continue
        # The scope's own breadcrumbs are shared between events: copy, don't change.
        clean = {key: value for key, value in data.items() if key != "http.query"}
        if isinstance(clean.get("url"), str):
            clean["url"] = scrub.scrub_url(clean["url"])
        values[position] = {**crumb, "data": clean}


def error_of(hint: Any) -> BaseException | None:
    """Find the exception that an event is about: given, told to a log call, or being handled by its caller."""
    given = hint.get("exc_info")
    if given:
        error = given[1] if isinstance(given, tuple) and len(given) > 1 else None
        return error if isinstance(error, BaseException) else None
    log = hint.get("log_record")
    if log is None:
        return None
    arguments = getattr(log, "args", None)
    if isinstance(arguments, dict):
        arguments = tuple(arguments.values())
    given = (*(arguments if isinstance(arguments, tuple) else ()), *getattr(log, "__dict__", {}).values())
    return next((value for value in given if isinstance(value, BaseException)), None) or sys.exc_info()[1]


def _is_failure(mark: Mark, error: BaseException) -> bool:
    """Whether a call that ended in a cancellation is one after all: by a deadline, or because it was asked for."""
    what = mark.record.classification
    if what is None or what.type is not ErrorType.CANCELLED or mark.state is not State.QUIET:
        return True
    if isinstance(error, TimeoutError):
        mark.record.classification = classification(
            ErrorType.TIMEOUT, Reason.APP_DEADLINE, evidence="exception=TimeoutError caused by a cancellation"
        )
        return True
    return False


def _attach_stack(event: Event, options: MutableMapping[str, Any]) -> None:
    """Attach the stack where Sentry is asked to, which would do it after this, with the variables."""
    if options.get("attach_stacktrace") and not any(name in event for name in ("exception", "stacktrace", "threads")):
        stack = {"frames": frames.build(snapshot.here(), options)}
        event["threads"] = {"values": [{"stacktrace": stack, "crashed": False, "current": True}]}


def _mechanism(event: Event) -> dict[str, Any]:
    """Mechanism of the exception that was captured, which comes last."""
    section = event.get("exception")
    entries = section.get("values") if isinstance(section, dict) else None
    last = entries[-1] if isinstance(entries, list) and entries else None
    mechanism = last.get("mechanism") if isinstance(last, dict) else None
    return mechanism if isinstance(mechanism, dict) else {}


def _handled(event: Event) -> bool:
    return _mechanism(event).get("handled") is not False


def _all_known(error: BaseException, found: list[Found]) -> bool:
    """Whether every member of a group is a failed call; true of what is no group."""
    if not isinstance(error, BaseExceptionGroup):
        return True
    known = {id(item.error) for item in found}
    return all(id(leaf) in known for leaf in _leaves(error))


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    stack: list[BaseException] = [group]
    while stack and len(found) < 1000:
        node = stack.pop()
        if isinstance(node, BaseExceptionGroup):
            stack.extend(node.exceptions)
        else:
            found.append(node)
    return found


def _options() -> MutableMapping[str, Any]:
    options: MutableMapping[str, Any] = sys.modules["sentry_sdk"].get_client().options
    return options

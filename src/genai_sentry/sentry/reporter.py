"""The way from a failed call to Sentry: the one object that the rest of the package talks to."""

from __future__ import annotations

import contextvars
import itertools
import logging
import os
import random
import sys
import time
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

import wrapt

from genai_sentry import deadlines
from genai_sentry.errors.taxonomy import ErrorType, Reason
from genai_sentry.guard import swallowed
from genai_sentry.sentry import breadcrumbs, events, frames, losses, matching, snapshot
from genai_sentry.sentry.deferral import MAX_QUEUED, Outbox, Pending
from genai_sentry.sentry.delivery import Delivery
from genai_sentry.sentry.enrich import Enricher
from genai_sentry.sentry.exits import Exits
from genai_sentry.sentry.integrations import SwitchedOff
from genai_sentry.sentry.logged import Logged
from genai_sentry.sentry.matching import Calls, Mark, State
from genai_sentry.sentry.start import starter
from genai_sentry.sentry.throttle import Throttle

if TYPE_CHECKING:
    from genai_sentry.record import Alert, CallRecord
    from genai_sentry.settings import Settings

logger = logging.getLogger("genai_sentry")

_numbers = itertools.count(1)


class Reporter:
    """Sees to it that each failed call is carried by exactly one Sentry event.

    Sentry may be set up before, after, again or never. All methods are safe to call from any thread and raise nothing.

    Attributes:
        told: whether it has been said that nothing is sent, for want of a client.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._mode = settings.events
        self._closed = False
        self.told = False
        self._client: Any = None
        self._idle: Any = None
        self._calls = Calls()
        self._throttle = Throttle(settings.event_burst, settings.event_interval_s)
        self._delivery = Delivery(settings)
        self._outbox = Outbox(self._delivery, self._room, self._limited)
        self._exits = Exits(self._send_pending)
        self._switched_off = SwitchedOff(self._known_client)
        self._enricher = Enricher(settings, self._calls, self._outbox, self._throttle)
        self._logged = Logged(settings, self._calls)
        self._shares: dict[str, float] = {ErrorType.CANCELLED: 0.0, **settings.report}
        if self._mode != "off":
            # Whenever Sentry is imported, now or later, without importing it here.
            wrapt.when_imported("sentry_sdk.scope")(self._install)
            self._known_client()

    @property
    def held_back(self) -> int:
        """Failures that the throttle kept from being an event."""
        return self._throttle.held_back

    @property
    def lost(self) -> int:
        """Events that could not be handed to Sentry."""
        return self._outbox.lost + self._delivery.lost

    @property
    def pending(self) -> int:
        """Failures that wait for their event."""
        return len(self._outbox)

    def settle_first(self, settle: Callable[[], None]) -> None:
        """Have calls that are over settled before one is looked for by a later exception."""
        self._calls.before_reading = settle

    def report(self, record: CallRecord, exc: BaseException | None, *, request: object | None = None) -> None:
        """Take a failed call, to be called where the exception is being handled.

        Args:
            record: the call; nothing happens without a classification.
            exc: what ended it; None for a failure without an exception (`response.failed`, an error under HTTP 200).
            request: the HTTP request, by which an exception that is raised later is recognised.
        """
        if self._mode == "off" or self._closed or record.classification is None:
            return
        try:
            self._report(record, exc, request)
        except Exception as error:
            if not swallowed("sentry.report", error):
                raise

    def remember(self, record: CallRecord, request: object | None = None) -> None:
        """Keep a call that is over, for exceptions that the client library raises about it afterwards."""
        if self._mode == "off" or self._closed:
            return
        try:
            outcome = record.outcome
            self._calls.remember(record, request, outcome.id if outcome is not None else None)
        except Exception as error:
            if not swallowed("sentry.remember", error):
                raise

    def tie(self, error: BaseException, request: object | None, status: object) -> None:
        """Mark an exception that an SDK makes of a failed answer, and that says nothing of the request."""
        mark = self._calls.of_request(request)
        if isinstance(mark, Mark) and mark.record.status == status and not matching.is_marked(error):
            matching.put_mark(error, mark)

    def alert(self, alert: Alert) -> None:
        """Send something that the process itself announces."""
        if self._mode == "off" or self._closed:
            return
        try:
            client = self._known_client()
            if client is not None or starter.armed:
                entry = self._pending_of(f"{os.getpid()}-{next(_numbers)}", ("alert", alert.kind))
                entry.notice = alert
                self._exits.watch(client)
                if not self._outbox.admit(entry):
                    self._exits.leave(client)
        except Exception as error:
            if not swallowed("sentry.alert", error):
                raise

    def breadcrumb(self, record: CallRecord) -> None:
        """Leave a breadcrumb of a call, in the scope that is current."""
        if self._mode == "off" or self._closed:
            return
        try:
            if self._known_client() is not None:
                sys.modules["sentry_sdk"].get_isolation_scope().add_breadcrumb(breadcrumbs.breadcrumb(record))
        except Exception as error:
            if not swallowed("sentry.breadcrumb", error):
                raise

    def early_breadcrumb(self, operation: str, provider: str, model: str, seconds: float) -> dict[str, Any]:
        """Leave the breadcrumb of a call that succeeded and is settled later, elsewhere: see `breadcrumbs.fill`.

        Returns:
            The breadcrumb; empty where none was left.
        """
        if self._mode == "off" or self._closed:
            return {}
        try:
            if self._known_client() is not None:
                crumb = breadcrumbs.begun(operation, provider, model, seconds)
                scope = sys.modules["sentry_sdk"].get_isolation_scope()
                scope.add_breadcrumb(crumb)
                return breadcrumbs.kept(scope, crumb)
        except Exception as error:
            if not swallowed("sentry.breadcrumb", error):
                raise
        return {}

    def flush(self, timeout: float = 2.0) -> bool:
        """Send all that is held, due or not, and let Sentry deliver it.

        Args:
            timeout: seconds.

        Returns:
            Whether everything has left.
        """
        until = time.monotonic() + timeout
        try:
            sent = self._outbox.flush(until)
            client = self._known_client()
            if client is not None and not _is_async(client):
                # The wrapped flush looks at the outbox once more: an event of a hook may have come in between.
                client.flush(timeout=max(0.0, until - time.monotonic()))
                sent = sent and _unfinished(client) == 0
            return sent
        except Exception as error:
            if not swallowed("sentry.flush", error):
                raise
            return False

    def close(self) -> None:
        """Send what is held, and undo everything that was installed."""
        if self._closed:
            return
        try:
            self._outbox.flush(time.monotonic() + 2.0)
        finally:
            self._closed = True
            self._enricher.closed = True
            self._outbox.close()
            self._exits.undo()
            self._switched_off.undo()
            losses.unwatch(self._client)
            self._logged.unwatch(self._client)
            self._calls.clear()
            scope = sys.modules.get("sentry_sdk.scope")
            processors = getattr(scope, "global_event_processors", None)
            if isinstance(processors, list) and self._enricher in processors:
                processors.remove(self._enricher)

    def _install(self, scope: Any) -> None:
        if not self._closed and self._enricher not in scope.global_event_processors:
            scope.add_global_event_processor(self._enricher)
            self._switched_off.watch(scope)

    def _known_client(self) -> Any:
        """Sentry's client, prepared; None where nothing can be sent."""
        sentry = sys.modules.get("sentry_sdk")
        get_client = getattr(sentry, "get_client", None) if sentry is not None else None
        if get_client is None:
            return None
        client = get_client()
        if client is self._client:
            return client
        if client is self._idle:
            return None
        if not client.is_active() or (client.transport is None and not getattr(client, "spotlight", None)):
            if type(client).__name__ == "NonRecordingClient":  # never becomes another
                self._idle = client
            return None
        self._client = client
        self._switched_off.switch_off(client)
        losses.watch(client)
        self._logged.watch(client)
        return client

    def _report(self, record: CallRecord, error: BaseException | None, request: object | None) -> None:
        earlier = matching.get_mark(error) if error is not None else None
        if earlier is not None and record.started_at <= earlier.record.started_at:
            return  # the same failure, seen again by a call around the first
        what = record.classification
        assert what is not None
        key: Hashable = (what.type, what.reason, record.provider, record.model)
        if what.type in events.OF_THE_CODE:
            key = (key, frames.place(error))
        mark = Mark(f"{os.getpid()}-{next(_numbers)}", record, key, self._outbox)
        if error is not None:
            matching.put_mark(error, mark)
        if request is not None:
            outcome = record.outcome
            self._calls.remember(mark, request, outcome.id if outcome is not None else None)
        share = self._shares.get(what.type, 1.0)
        wanted = share >= 1 or (share > 0 and random.random() < share)
        if wanted and self._throttle.holds(key):  # first of all: in a storm nothing else is asked
            mark.state = State.SUPPRESSED
            return
        client = self._known_client()
        if client is None and not starter.armed:
            self._tell()
            return
        if not wanted or self._mode == "enrich_only":
            return
        held_back = self._throttle.take(key)
        if held_back is None:
            mark.state = State.SUPPRESSED
            return
        if self._outbox.crowded(key):
            self._throttle.put_back(key, held_back)
            mark.state = State.SUPPRESSED
            return
        mark.held_back = held_back
        mark.state = State.PENDING
        scope = None
        if what.reason is Reason.APP_DEADLINE:
            scope = deadlines.trio_scope()
            self._calls.remember(mark, scope, None)
        self._hold(mark, error, request, client, scope or error or request)

    def _hold(
        self, mark: Mark, error: BaseException | None, request: object | None, client: Any, watched: object | None
    ) -> None:
        settings = self._settings
        entry = self._pending_of(mark.id, mark.key)
        entry.mark = mark
        mark.echo = matching.echo_of(request, error)
        entry.size = mark.echo.size if mark.echo is not None else 0
        if error is None:
            entry.stack = snapshot.here()
        else:
            entry.links = snapshot.chain(error, matching.is_marked)
            if settings.frame_locals == "app" and error.__traceback__ is not None:
                entry.links[0].locals = frames.local_variables(error.__traceback__)
        if self._mode == "immediate" or self._exits.exiting:
            self._outbox.send(entry)
            if self._exits.exiting:
                self._exits.leave(client)
            return
        session = getattr(entry.isolation, "_session", None)
        if session is not None:
            # A request's session may be over before the event is sent: count now, take back if somebody claims.
            session.errors += 1
            mark.counted = session
            entry.isolation._session = None
        if watched is not None:
            entry.watch = self._outbox.watch(watched, mark.id)
        entry.deadline = time.monotonic() + (settings.grace_s if entry.watch is None else settings.max_hold_s)
        self._exits.watch(client)
        if not self._outbox.admit(entry):
            self._exits.leave(client)

    def _pending_of(self, name: str, key: Hashable) -> Pending:
        sentry = sys.modules["sentry_sdk"]
        return Pending(
            id=name,
            key=key,
            isolation=sentry.get_isolation_scope().fork(),
            current=sentry.get_current_scope().fork(),
            context=contextvars.copy_context(),
            at=time.time(),
            deadline=0.0,
        )

    def _room(self) -> bool:
        """Whether Sentry's queue takes more; it drops silently what it can't hold."""
        queued = getattr(getattr(getattr(self._client, "transport", None), "_worker", None), "_queue", None)
        try:
            return queued is None or queued.qsize() <= MAX_QUEUED
        except Exception:
            return True

    def _limited(self) -> bool:
        """Whether Sentry has told its client to send no events for now: the client drops them."""
        check = getattr(getattr(self._client, "transport", None), "_check_disabled", None)
        try:
            return bool(check is not None and check("error"))
        except Exception:
            return False

    def _send_pending(self, timeout: float) -> bool:
        return self._outbox.flush(time.monotonic() + timeout)

    def _tell(self) -> None:
        if not self.told:
            self.told = True
            logger.info("Sentry is not set up: failed LLM calls are classified, but no event is sent")


def _is_async(client: Any) -> bool:
    """Whether only a coroutine can flush the client: what is held is in its queue then, and leaves by itself."""
    check = getattr(client, "_has_async_transport", None)
    return bool(check is not None and check())


def _unfinished(client: Any) -> int:
    queued = getattr(getattr(client.transport, "_worker", None), "_queue", None)
    return int(getattr(queued, "unfinished_tasks", 0) or 0)

"""What logging sends to Sentry of a log line: breadcrumbs, and log records where the application has them sent.

A breadcrumb travels with every later event, whatever that is about. By then nobody knows which failed call its
message quotes; when it is left, the exception is at hand.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from genai_sentry.guard import swallowed
from genai_sentry.sentry import scrub
from genai_sentry.sentry.breadcrumbs import Said
from genai_sentry.sentry.enrich import error_of
from genai_sentry.sentry.matching import Calls, quoting

if TYPE_CHECKING:
    from genai_sentry.settings import Settings

Item = MutableMapping[str, Any]
Clean = Callable[[str], str]


class Logged:
    """Stands before a client's `before_breadcrumb` and `before_send_log`."""

    def __init__(self, settings: Settings, calls: Calls) -> None:
        self._settings = settings
        self._calls = calls
        self._closed = False
        self._logs = False
        self._told = _Told()

    def watch(self, client: Any) -> None:
        """Look at what a client is told by logging from now on; twice is once."""
        options = getattr(client, "options", None)
        if not isinstance(options, dict):
            return
        # Where the option is missing, Sentry looks among its experimental ones.
        experiments = options.get("_experiments") or {}
        self._logs = _takes_logs(options, experiments)
        for name, work in (("before_breadcrumb", self._breadcrumb), ("before_send_log", self._record)):
            then = options.get(name) or experiments.get(name)
            if not isinstance(then, _Before):
                options[name] = _Before(work, then)

    def unwatch(self, client: Any) -> None:
        """Leave a client alone; its own hooks are restored where nobody has stood before ours since."""
        self._closed = True
        options = getattr(client, "options", None)
        for name in ("before_breadcrumb", "before_send_log"):
            before = options.get(name) if isinstance(options, dict) else None
            if isinstance(options, dict) and isinstance(before, _Before):
                options[name] = before.then

    def _breadcrumb(self, crumb: Item, hint: Any) -> None:
        text = crumb.get("message")
        if self._closed or not isinstance(text, str) or isinstance(text, Said):
            return
        logged = "log_record" in hint
        clean = self._cleaner(error_of(hint) if logged else sys.exc_info()[1])
        self._told.last = (text, clean) if self._logs and clean is not None else None
        if clean is not None:
            crumb["message"] = clean(text)
            crumb["data"] = _cleaned(crumb.get("data"), clean)
        elif logged and _names_url(text):
            crumb["message"] = scrub.scrub_url(text)

    def _record(self, log: Item, hint: Any) -> None:
        text = log.get("body")
        if self._closed or not isinstance(text, str):
            return
        clean = self._cleaner(sys.exc_info()[1]) or self._told_just_now(text)
        if clean is None and _names_url(text):
            clean = scrub.scrub_url
        if clean is not None:
            log["body"] = clean(text)
            log["attributes"] = _cleaned(log.get("attributes"), clean)

    def _told_just_now(self, text: str) -> Clean | None:
        """What cleans a line whose exception is over: Sentry shows that only where it makes a breadcrumb, before."""
        last, self._told.last = self._told.last, None
        return last[1] if last is not None and last[0] == text else None

    def _cleaner(self, error: BaseException | None) -> Clean | None:
        """What makes a text fit to leave that is about a failed call; None where the error at hand is none."""
        if error is None:
            return None
        about, echo = quoting(error, self._calls)
        return (lambda text: scrub.fit(text, self._settings, echo)) if about else None


class _Told(threading.local):
    """The line of a failed call that this thread has made a breadcrumb of last."""

    last: tuple[str, Clean] | None = None


def _takes_logs(options: Item, experiments: Item) -> bool:
    """Whether log lines become Sentry's log records, too."""
    module = sys.modules.get("sentry_sdk.integrations.logging")
    asked = getattr(getattr(module, "LoggingIntegration", None), "capture_sentry_logs", None)
    return bool(options.get("enable_logs") or experiments.get("enable_logs") or asked is True)


def _names_url(text: str) -> bool:
    """Whether a URL with a query may be in it: httpx logs each request with its whole URL."""
    return "?" in text and "://" in text


def _cleaned(values: object, clean: Clean) -> object:
    if not isinstance(values, dict):
        return values
    return scrub.everywhere(values, clean)


class _Before:
    """A hook that a client's options hold.

    Attributes:
        then: the application's own, which sees what is left.
    """

    def __init__(self, work: Callable[[Item, Any], None], then: Callable[[Any, Any], Any] | None) -> None:
        self._work = work
        self.then = then

    def __call__(self, item: Any, hint: Any) -> Any:
        try:
            self._work(item, hint)
        except Exception as error:
            if not swallowed("sentry.logged", error):
                raise
        return item if self.then is None else self.then(item, hint)

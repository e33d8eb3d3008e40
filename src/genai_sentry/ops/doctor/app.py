"""Set up the service as it sets itself up, so that its live objects can be looked at."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import sys

from genai_sentry.ops.doctor.facts import Facts, Overheard, of_process
from genai_sentry.ops.errors import OpsError


def set_up(facts: Facts, spec: str) -> str:
    """Import a module, call its set-up where one is named, and add the process's facts.

    Args:
        facts: facts of the environment; completed here.
        spec: `module` or `module:callable`; the callable takes no arguments.

    Returns:
        What went wrong in the service's own code; empty where nothing did.

    Raises:
        OpsError: there is no such module or callable.
    """
    name, _, attribute = spec.partition(":")
    if "" not in sys.path:
        sys.path.insert(0, "")
    failure = ""
    with Overheard() as overheard, contextlib.redirect_stdout(sys.stderr):
        try:
            module = importlib.import_module(name)
            if attribute:
                _call(module, attribute, spec)
        except ModuleNotFoundError as error:
            if error.name and (name == error.name or name.startswith(f"{error.name}.")):
                raise OpsError(f"--app {spec}: no module {error.name!r}") from None
            failure = _sentence(error)
        except OpsError:
            raise
        except (Exception, SystemExit) as error:
            failure = _sentence(error)
    of_process(facts, tuple(overheard.messages))
    return failure


def _call(module: object, attribute: str, spec: str) -> None:
    target = module
    for part in attribute.split("."):
        if not hasattr(target, part):
            raise OpsError(f"--app {spec}: {getattr(module, '__name__', module)!r} has no {attribute!r}")
        target = getattr(target, part)
    if not callable(target):
        raise OpsError(f"--app {spec}: {attribute!r} can't be called; name only the module if importing it is enough")
    result = target()
    if inspect.iscoroutine(result):
        result.close()
        raise OpsError(f"--app {spec}: {attribute!r} is a coroutine function; name an ordinary one")


def _sentence(error: BaseException) -> str:
    from genai_sentry.sentry.scrub import scrub

    return f"{type(error).__name__}: {scrub(str(error))}"[:500]

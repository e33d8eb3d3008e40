"""Small pieces of the delivery that larger tests pass by."""

from __future__ import annotations

from genai_sentry import Settings
from genai_sentry.record import CallRecord
from genai_sentry.sentry.enrich import _all_known
from genai_sentry.sentry.matching import Found, Mark
from genai_sentry.sentry.reporter import Reporter


def _found(error: Exception) -> Found:
    return Found(Mark("1-1", CallRecord(), "key"), error, "member", False)


def test_a_group_is_known_when_each_of_its_members_is() -> None:
    """Only then does its event say nothing new."""
    one, other = ValueError("one"), ValueError("other")
    group = ExceptionGroup("both", [one, ExceptionGroup("inner", [other])])

    assert _all_known(group, [_found(one), _found(other)])
    assert not _all_known(group, [_found(one)])
    assert not _all_known(group, [])
    assert _all_known(one, [])


def test_what_was_lost_is_lost_wherever_it_was() -> None:
    """Waiting for its turn, and for want of a client."""
    reporter = Reporter(Settings(events="off"))
    reporter._outbox.lost, reporter._delivery.lost = 2, 3

    assert 5 == reporter.lost
    reporter.close()

"""The configuration file: defaults, and messages for what can't be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from genai_sentry.cli import main
from genai_sentry.ops.config import Config, load
from genai_sentry.ops.errors import ConfigError


def test_defaults_need_no_file() -> None:
    """The defaults are the documented thresholds, windows and routes."""
    monitors = Config().monitors
    assert {
        "rate_limit": (10, 5, "slack"),
        "context_length": (5, 10, "pagerduty"),
        "cost": (50, 60, "email"),
        "latency": (5, 5, "slack"),
        "failure_rate": (5, 15, "slack"),
    } == {key: (item.threshold, item.window_minutes, item.route) for key, item in monitors.items()}
    assert 99.9 == Config().objective.target


def test_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    """A file holds only what differs."""
    path = tmp_path / "ops.toml"
    path.write_text("")
    assert Config() == load(path)


def test_reads_what_differs(tmp_path: Path) -> None:
    """What the file names changes, the rest stays."""
    path = tmp_path / "ops.toml"
    path.write_text(
        'environments = ["production"]\n[monitors.latency]\nthreshold = 2.5\n[routing.email]\nto = "team:4"\n'
    )
    config = load(path)
    assert (("production",), 2.5, 5, "team:4") == (
        config.environments,
        config.monitors["latency"].threshold,
        config.monitors["latency"].window_minutes,
        config.routing.email.to,
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("monitors = 3", "monitors: expected a table"),
        ("[monitors\n", "not valid TOML"),
        ("[monitor.latency]", "monitor: unknown key"),
        ("[monitors.latencies]", "monitors.latencies: unknown key"),
        ("[monitors.latency]\nlimit = 3", "monitors.latency.limit: unknown key"),
        ("[monitors.latency]\nthreshold = 0", "monitors.latency.threshold: expected more than 0"),
        ("[monitors.latency]\nthreshold = -1", "monitors.latency.threshold"),
        ("[monitors.latency]\nthreshold = nan", "monitors.latency.threshold: expected a number"),
        ("[monitors.latency]\nthreshold = true", "monitors.latency.threshold: expected a number"),
        ('[monitors.latency]\nthreshold = "5"', "monitors.latency.threshold: expected a number"),
        ("[monitors.latency]\nwindow_minutes = 7", "monitors.latency.window_minutes: expected one of 1, 5"),
        ('[monitors.latency]\nroute = "sms"', "monitors.latency.route: expected one of slack"),
        ('[monitors.latency]\ncompare_with = "1d"', "monitors.latency.compare_with"),
        ('[monitors.cost]\ncompare_with = "1y"', "monitors.cost.compare_with: expected one of"),
        ("[monitors.failure_rate]\nthreshold = 100", "monitors.failure_rate.threshold: no more than 100 %"),
        ("[objective]\ntarget = 100", "objective.target"),
        ("[objective]\ntarget = 90", "objective.target: at 90 %"),
        ("[objective]\ndays = 0", "objective.days"),
        ('[objective]\nexclude = ["rate_limits"]', "objective.exclude: expected one of"),
        ("[alerts.quota]\nevery_minutes = 7", "alerts.quota.every_minutes"),
        ('environments = ["a b"]', "environments: 'a b' can't be used"),
        ('environments = ["a", "a"]', "environments: 'a' stands there twice"),
        ('environments = "a"', "environments: expected a list"),
        ('labels = ["x y"]', "labels: 'x y'"),
        ('[routing]\nfallback = "sms"', "routing.fallback"),
        ('[routing.email]\nto = "me@acme.example"', "routing.email.to: expected issue_owners"),
        ('[routing.slack]\nchannel = ""', "routing.slack.channel"),
    ],
)
def test_names_what_and_where(text: str, named: str, tmp_path: Path) -> None:
    """Each fault is named with the file and the key."""
    path = tmp_path / "ops.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as raised:
        load(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert named in str(raised.value)


def test_unreadable_files(tmp_path: Path) -> None:
    """A missing file, a folder and other bytes than UTF-8 are named."""
    other = tmp_path / "latin.toml"
    other.write_bytes(b'labels = ["caf\xe9"]')
    for path, reason in ((tmp_path / "none.toml", "No such file"), (tmp_path, "can't be read"), (other, "not UTF-8")):
        with pytest.raises(ConfigError, match=reason):
            load(path)


def test_command_line_says_it_and_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A bad file ends a command with exit code 2 and the message on standard error."""
    path = tmp_path / "ops.toml"
    path.write_text("[monitors.latency]\nlimit = 3")
    assert 2 == main(["monitors", "export", "--config", str(path)])
    output = capsys.readouterr()
    assert ("", True) == (output.out, "monitors.latency.limit: unknown key" in output.err)

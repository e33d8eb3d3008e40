"""`push` against a stand-in of Sentry's API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from genai_sentry.cli import main
from genai_sentry.ops.api import Api


def push(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Run a push; returns exit code, its JSON (empty where it printed none) and standard error."""
    code = main([*arguments, "--json"])
    output = capsys.readouterr()
    return code, json.loads(output.out) if output.out else {}, output.err


def actions(answer: dict[str, Any]) -> list[str]:
    return [f"{step['action']} {step['state']}" for step in answer["steps"]]


@pytest.mark.parametrize(("command", "kind", "number"), [("dashboards", "dashboards", 3), ("monitors", "detectors", 8)])
def test_creates_everything_once(sentry: Any, capsys: Any, command: str, kind: str, number: int) -> None:
    """A first push creates every object, a second one changes nothing."""
    code, answer, _ = push(capsys, command, "push")
    assert (0, ["create done"] * number) == (code, actions(answer))
    assert number == len(sentry.marked(kind))

    before = len(sentry.writes)
    code, answer, _ = push(capsys, command, "push")
    assert (0, ["unchanged unchanged"] * number) == (code, actions(answer))
    assert before == len(sentry.writes)


def test_alerts_follow_monitors(sentry: Any, capsys: Any) -> None:
    """Alerts are connected with the pushed monitors and with the project's own error monitor, and stay unchanged."""
    push(capsys, "monitors", "push")
    code, answer, _ = push(capsys, "alerts", "push")
    assert 0 == code
    by_name = {item["name"].split(" [")[0]: item for item in sentry.marked("workflows")}
    monitors = {item["description"].split(":")[-1].rstrip("]"): item["id"] for item in sentry.marked("detectors")}
    assert [monitors["cost"]] == by_name["LLM monitors to e-mail"]["detectorIds"]
    assert ["1"] == by_name["LLM quota used up"]["detectorIds"]
    pager = by_name["LLM quota used up"]["actionFilters"][0]["actions"][0]
    assert ("8", "70", "LLM on-call") == (
        pager["integrationId"],
        pager["config"]["targetIdentifier"],
        pager["config"]["targetDisplay"],
    )
    code, answer, _ = push(capsys, "alerts", "push")
    assert {"unchanged unchanged"} == set(actions(answer))


def test_alerts_need_monitors(sentry: Any, capsys: Any) -> None:
    """Alerts pushed before their monitors say what to run first, and change nothing."""
    code, _, errors = push(capsys, "alerts", "push")
    assert 2 == code
    assert "genai-sentry monitors push" in errors
    assert [] == sentry.writes


def test_dry_run_writes_nothing(sentry: Any, capsys: Any) -> None:
    """A dry run shows the plan and sends no write."""
    code, answer, _ = push(capsys, "dashboards", "push", "--dry-run")
    assert (0, ["create planned"] * 3) == (code, actions(answer))
    assert [] == sentry.writes


def test_changes_what_differs(sentry: Any, capsys: Any, tmp_path: Path) -> None:
    """A changed threshold changes that monitor alone, and the plan says where it differs."""
    push(capsys, "monitors", "push")
    config = tmp_path / "ops.toml"
    config.write_text("[monitors.rate_limit]\nthreshold = 20\n")
    before = len(sentry.writes)
    code, answer, _ = push(capsys, "monitors", "push", "--config", str(config))
    changed = [step for step in answer["steps"] if step["action"] == "change"]
    assert (0, ["rate_limit"]) == (code, [step["key"] for step in changed])
    assert "conditionGroup.conditions[0].comparison" in changed[0]["differs"]
    assert 1 == len(sentry.writes) - before


def test_undoes_what_was_changed_by_hand(sentry: Any, capsys: Any) -> None:
    """What a person changed in a marked object is brought back."""
    push(capsys, "dashboards", "push")
    item = sentry.marked("dashboards")[0]
    item["widgets"][2]["title"] = "Mine"
    code, answer, _ = push(capsys, "dashboards", "push")
    assert (0, ["change done", "unchanged unchanged", "unchanged unchanged"]) == (code, actions(answer))
    assert ["widgets[2].title"] == answer["steps"][0]["differs"]


def test_makes_again_what_was_deleted_by_hand(sentry: Any, capsys: Any) -> None:
    """An object deleted by hand is created again, the others stay."""
    push(capsys, "monitors", "push")
    gone = sentry.marked("detectors")[0]["id"]
    del sentry.objects["detectors"][gone]
    code, answer, _ = push(capsys, "monitors", "push")
    assert (0, ["create done", *["unchanged unchanged"] * 7]) == (code, actions(answer))


def test_never_touches_what_is_not_marked(sentry: Any, capsys: Any) -> None:
    """A monitor of the same name without a mark stays as it is, and so does everything of another project."""
    foreign = {
        "id": "50",
        "name": "LLM latency",
        "description": "ours by hand",
        "projectId": "42",
        "type": "metric_issue",
    }
    elsewhere = {"id": "51", "name": "x", "description": "[genai-sentry:latency]", "projectId": "43"}
    sentry.objects["detectors"] |= {"50": dict(foreign), "51": dict(elsewhere)}
    code, answer, _ = push(capsys, "monitors", "push", "--prune")
    assert (0, ["create done"] * 8) == (code, actions(answer))
    assert [foreign, elsewhere] == [sentry.objects["detectors"][key] for key in ("50", "51")]


def test_leaves_the_alerts_of_other_projects(sentry: Any, capsys: Any) -> None:
    """Alerts belong to the organisation: those that another project's push made are neither changed nor pruned."""
    other = {"id": "60", "name": "LLM quota used up [genai-sentry:other/quota]", "enabled": True}
    sentry.objects["workflows"]["60"] = dict(other)
    push(capsys, "monitors", "push")
    code, answer, _ = push(capsys, "alerts", "push", "--prune")
    assert (0, {"create done"}) == (code, set(actions(answer)))
    assert other == sentry.objects["workflows"]["60"]


def test_refuses_a_dashboard_title_that_is_taken(sentry: Any, capsys: Any) -> None:
    """A dashboard of someone else with the same title is an error that names it; nothing is changed."""
    sentry.objects["dashboards"]["5"] = {"id": "5", "title": "LLM cost (genai-sentry)", "widgets": []}
    code, _, errors = push(capsys, "dashboards", "push")
    assert 2 == code
    assert "'LLM cost (genai-sentry)'" in errors
    assert [] == sentry.writes


def test_leftovers_stay_until_pruned(sentry: Any, capsys: Any, tmp_path: Path) -> None:
    """A monitor that is no longer described is named and left alone; `--prune` deletes it."""
    push(capsys, "monitors", "push")
    config = tmp_path / "ops.toml"
    config.write_text("[monitors.latency]\nenabled = false\n")
    code, answer, _ = push(capsys, "monitors", "push", "--config", str(config))
    assert (0, 1) == (code, actions(answer).count("leftover leftover"))
    assert 8 == len(sentry.marked("detectors"))
    code, answer, _ = push(capsys, "monitors", "push", "--prune", "--config", str(config))
    assert (0, 1) == (code, actions(answer).count("delete done"))
    assert 7 == len(sentry.marked("detectors"))


def test_token_without_scope(sentry: Any, capsys: Any, monkeypatch: Any) -> None:
    """A token that may only read is an error that names the scopes, with nothing changed."""
    monkeypatch.setenv("SENTRY_AUTH_TOKEN", "reader")
    code, _, errors = push(capsys, "monitors", "push")
    assert 2 == code
    assert "alerts:write" in errors
    assert "nothing was changed" in errors
    assert [] == sentry.marked("detectors")


def test_token_that_is_wrong(sentry: Any, capsys: Any, monkeypatch: Any) -> None:
    """A refused token is named by its variable and never printed."""
    monkeypatch.setenv("SENTRY_AUTH_TOKEN", "sntrys_very_secret")
    code, _, errors = push(capsys, "dashboards", "push")
    assert 2 == code
    assert "SENTRY_AUTH_TOKEN" in errors
    assert "very_secret" not in errors


@pytest.mark.parametrize(
    ("flags", "named"),
    [(["--org", "nobody"], "organisation 'nobody'"), (["--project", "nothing"], "project 'nothing'")],
)
def test_what_does_not_exist(sentry: Any, capsys: Any, flags: list[str], named: str) -> None:
    """An organisation or project that does not exist is named; exit code 2."""
    code, _, errors = push(capsys, "monitors", "push", *flags)
    assert 2 == code
    assert named in errors
    assert "does not exist" in errors


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_tries_again(sentry: Any, capsys: Any, fault: Any, status: int) -> None:
    """A throttled or failing server is asked again, until it answers."""
    sentry.faults = [fault("POST", "dashboards", status, headers={"Retry-After": "0"}, times=2)]
    code, answer, _ = push(capsys, "dashboards", "push")
    assert (0, ["create done"] * 3) == (code, actions(answer))
    assert 3 == len(sentry.marked("dashboards"))


def test_says_what_was_done_when_it_stops(sentry: Any, capsys: Any, fault: Any) -> None:
    """A push that fails half-way names what is done, what failed and what was not tried; the next one goes on."""
    sentry.faults = [fault("POST", "dashboards", 400, skip=1)]
    code, answer, _ = push(capsys, "dashboards", "push")
    assert (1, ["create done", "create failed", "create not tried"]) == (code, actions(answer))
    assert "'LLM failures (genai-sentry)'" in answer["error"]
    code, answer, _ = push(capsys, "dashboards", "push")
    assert (0, ["unchanged unchanged", "create done", "create done"]) == (code, actions(answer))


@pytest.mark.parametrize("drop", ["before", "after"])
@pytest.mark.parametrize(("command", "kind", "number"), [("dashboards", "dashboards", 3), ("monitors", "detectors", 8)])
def test_lost_connection_makes_no_second_object(
    sentry: Any, capsys: Any, fault: Any, drop: str, command: str, kind: str, number: int
) -> None:
    """A connection lost before or after the work was done ends with each object there exactly once."""
    sentry.faults = [fault("POST", kind, drop=drop, skip=1)]
    code, answer, _ = push(capsys, command, "push")
    assert (0, ["create done"] * number) == (code, actions(answer))
    assert number == len(sentry.marked(kind))
    assert all(step["id"] for step in answer["steps"])


def test_connection_lost_for_good(sentry: Any, capsys: Any, fault: Any) -> None:
    """A server that is gone half-way ends the push with exit code 1 and the steps done so far."""
    sentry.faults = [fault("POST", "dashboards", drop="before", skip=1, times=99)]
    code, answer, _ = push(capsys, "dashboards", "push")
    assert (1, ["create done", "create unclear", "create not tried"]) == (code, actions(answer))
    assert "no answer" in answer["error"]


def test_does_not_claim_what_it_does_not_know(sentry: Any, capsys: Any, fault: Any) -> None:
    """Where the very first write got no answer, nobody says that nothing was changed."""
    sentry.faults = [fault("POST", "dashboards", drop="after"), fault("GET", "dashboards", 404, skip=1)]
    code, answer, errors = push(capsys, "dashboards", "push")
    assert (1, "") == (code, errors)
    assert ["create unclear", "create not tried", "create not tried"] == actions(answer)


def test_interrupted_by_hand(sentry: Any, capsys: Any, monkeypatch: Any) -> None:
    """An interrupt half-way still says what was done, and that one step is not certain."""
    send = Api.post

    def post(self: Api, path: str, body: dict[str, Any], made: Any) -> Any:
        if body["title"].startswith("LLM failures"):
            raise KeyboardInterrupt
        return send(self, path, body, made)

    monkeypatch.setattr(Api, "post", post)
    code, answer, _ = push(capsys, "dashboards", "push")
    assert (1, ["create done", "create unclear", "create not tried"]) == (code, actions(answer))
    assert answer["error"].endswith("interrupted")


def test_pruning_what_is_gone_already(sentry: Any, capsys: Any, fault: Any, tmp_path: Path) -> None:
    """A deletion whose answer was lost is done when the object turns out to be gone."""
    push(capsys, "monitors", "push")
    config = tmp_path / "ops.toml"
    config.write_text("[monitors.latency]\nenabled = false\n")
    sentry.faults = [fault("DELETE", "detectors", drop="after")]
    code, answer, _ = push(capsys, "monitors", "push", "--prune", "--config", str(config))
    assert (0, 1) == (code, actions(answer).count("delete done"))
    assert 7 == len(sentry.marked("detectors"))


def test_object_deleted_between_plan_and_change(sentry: Any, capsys: Any, fault: Any) -> None:
    """A 404 on a change is reported with the object's name; nothing was changed, so the exit code is 2."""
    push(capsys, "dashboards", "push")
    sentry.marked("dashboards")[0]["period"] = "1h"
    sentry.faults = [fault("PUT", "dashboards", 404)]
    code, _, errors = push(capsys, "dashboards", "push")
    assert 2 == code
    assert "change dashboard 'LLM overview (genai-sentry)'" in errors


def test_missing_tool_goes_by_fallback(sentry: Any, capsys: Any) -> None:
    """Where Slack is not connected its alerts go by e-mail, and a note says so."""
    sentry.integrations = [item for item in sentry.integrations if item["provider"]["key"] != "slack"]
    push(capsys, "monitors", "push")
    code, answer, _ = push(capsys, "alerts", "push")
    assert 0 == code
    assert ["Slack is not connected: what should go there goes by e-mail instead"] == answer["notes"]
    kinds = {
        action["type"]
        for item in sentry.marked("workflows")
        for group in item["actionFilters"]
        for action in group["actions"]
    }
    assert {"email", "pagerduty"} == kinds


def test_missing_tool_without_fallback(sentry: Any, capsys: Any, tmp_path: Path) -> None:
    """Without a fallback a tool that is not connected is an error; nothing is changed."""
    sentry.integrations = []
    config = tmp_path / "ops.toml"
    config.write_text('[routing]\nfallback = ""\n')
    code, _, errors = push(capsys, "alerts", "push", "--config", str(config))
    assert 2 == code
    assert "Slack is not connected" in errors
    assert [] == sentry.writes


def test_several_workspaces_have_to_be_told_apart(sentry: Any, capsys: Any, tmp_path: Path) -> None:
    """With two Slack workspaces the configuration names one; a wrong name lists what there is."""
    sentry.integrations.append({"id": "9", "name": "other", "provider": {"key": "slack"}})
    code, _, errors = push(capsys, "alerts", "push")
    assert (2, True) == (code, "routing.slack.integration" in errors)
    config = tmp_path / "ops.toml"
    config.write_text('[routing.slack]\nintegration = "othre"\n')
    code, _, errors = push(capsys, "alerts", "push", "--config", str(config))
    assert (2, True) == (code, "'acme-workspace', 'other'" in errors)


def test_people_get_a_table(sentry: Any, capsys: Any) -> None:
    """Without `--json` a push prints a table and a summary."""
    assert 0 == main(["dashboards", "push"])
    output = capsys.readouterr().out
    assert "3 done" in output
    assert "LLM overview (genai-sentry)" in output

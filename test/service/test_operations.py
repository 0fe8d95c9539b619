"""What is handed to operators is true: the dashboard and the alerts ask for numbers that there are, the page explains them all."""

import json
import re

import pytest
import yaml

from chat_client import client
from chat_service import wait_for
from conftest import HERE
from exposition import scrape

ROOT = HERE.parents[1]
DASHBOARD = json.loads((ROOT / "ops" / "grafana-dashboard.json").read_text())
RULES = [rule for group in yaml.safe_load((ROOT / "ops" / "alerts.yaml").read_text())["groups"] for rule in group["rules"]]
PAGE = (ROOT / "docs" / "operations.md").read_text()
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
EXPRESSIONS = [target["expr"] for panel in PANELS for target in panel["targets"]] + [rule["expr"] for rule in RULES]
METRIC = re.compile(r"\b(?:frontdesk|process)_[a-z_]+")
REDIS_ONLY = re.compile(r"frontdesk_(redis|fanout_lag)_")


def asked_for():
    return {name for expression in EXPRESSIONS for name in METRIC.findall(expression)}


def families(values):
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in values}


@pytest.fixture
def with_redis(new_service, mongo, redis):
    service = new_service(**mongo, REDIS_URL=redis.url, BOT_BRAIN=HERE / "brain").start()
    wait_for(lambda: service.metrics().get("redis_up"), "it has Redis")
    return service


def test_every_number_that_is_asked_for_is_there(service):
    """Those of Redis are not there without it."""
    there = set(scrape(service))
    assert not any(REDIS_ONLY.match(name) for name in there)
    assert {name for name in asked_for() if not REDIS_ONLY.match(name)} <= there


def test_with_redis_all_are_there(with_redis):
    assert asked_for() <= set(scrape(with_redis))


def test_every_number_is_shown_and_explained(with_redis):
    shown = families(asked_for())
    for family in families(scrape(with_redis)):
        assert family in shown, f"{family} is on no panel and in no alert"
        assert f"`{family}`" in PAGE, f"docs/operations.md says nothing of {family}"


async def test_labels_that_are_asked_for_are_there(with_redis):
    values = scrape(with_redis)
    asked = 0
    for expression in EXPRESSIONS:
        for name, labels in re.findall(r"\b(frontdesk_[a-z_]+)\{([^}]*)\}", expression):
            for label in re.findall(r'\w+="[^"$]+"', labels):
                if not label.startswith("job="):
                    assert label in values[name], (name, label)
                    asked += 1
        for name, by in re.findall(r"by \((reason|code|type|version)\) \(\w+\((frontdesk_[a-z_]+)", expression):
            assert all(labels.startswith(f"{name}=") for labels in values[by]), expression
    assert asked > 2


def test_counters_are_asked_for_their_rate_and_gauges_are_not():
    for expression in EXPRESSIONS:
        rated = re.findall(r"(?:rate|increase)\(((?:frontdesk|process)_[a-z_]+)\{", expression)
        for name in METRIC.findall(expression):
            is_counter = name.endswith(("_total", "_bucket", "_sum", "_count"))
            is_account = "turns_accepted_total" in expression and "turns_waiting" in expression
            assert is_account or (name in rated) == is_counter, expression


def test_expressions_are_closed():
    for expression in EXPRESSIONS:
        for opening, closing in ("()", "{}", "[]"):
            assert expression.count(opening) == expression.count(closing), expression
        assert expression.count('"') % 2 == 0
        assert all("{job=" in part for part in METRIC.split(expression)[1:] for part in [part[:5]] if part), expression


def test_the_dashboard_can_be_imported():
    assert DASHBOARD["uid"] == "frontdesk" and DASHBOARD["schemaVersion"] > 30
    assert [v["name"] for v in DASHBOARD["templating"]["list"]] == ["datasource", "job", "instance"]
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    taken = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24 and not cells & taken, panel["title"]
        taken |= cells
    for panel in PANELS:
        assert panel["title"] and panel["description"].endswith(".") and panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}"
        for target in panel["targets"]:
            assert '{job="$job", instance=~"$instance"' in target["expr"]


def test_every_alert_is_explained():
    names = [rule["alert"] for rule in RULES]
    assert len(names) == len(set(names))
    assert names == re.findall(r"^### (Frontdesk\w+)$", PAGE, re.MULTILINE)
    for rule in RULES:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"].keys() == {"summary", "description"}
        assert '{job="frontdesk"' in rule["expr"]
        assert re.fullmatch(r"\d+[smh]", rule.get("for", "0s"))


async def test_the_accounts_of_the_alert_are_even(with_redis):
    """The sum that FrontdeskUnaccountedSends watches."""
    async with client(with_redis, "Ada") as tab:
        for i in range(20):
            await tab.say(f"{i}", "hi")
    now = with_redis.metrics()
    assert now["turns_accepted_total"] == 20
    assert now["turns_accepted_total"] - now["turns_acknowledged_total"] - now["turns_refused_total"] - now["turns_waiting"] == 0

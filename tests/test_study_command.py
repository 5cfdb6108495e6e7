"""alvh-xl study: n, effect, interval and verdict of every release the store has dates of, and nothing made up."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from alvh_xl.cli import app
from alvh_xl.market.facts import Event
from alvh_xl.market.observation import Observation
from alvh_xl.market.store import Scheduled, Store
from alvh_xl.model.sessions import sessions_between

RUNNER = CliRunner()
FETCHED = dt.datetime(2018, 12, 1, 12, 0)


def filled(path: Path, offerings: bool) -> Path:
    """VIX that rises by 3 points on each decision, and with `offerings` months of them."""
    days = sessions_between(dt.date(2014, 1, 2), dt.date(2018, 11, 30))
    decided = days[20::30]
    vix = np.where(np.isin(np.arange(len(days)) % 30, [20]), 18.0, 15.0)
    with Store(path) as store:
        store.append(
            [Observation("vix", d, float(v), "", None) for d, v in zip(days, vix, strict=True)], "test", FETCHED
        )
        store.replace_events(
            [Scheduled(Event("fomc", dt.datetime.combine(d, dt.time(14)), "FOMC decision")) for d in decided],
            "test", FETCHED,
        )  # fmt: skip
        if offerings:
            months = [dt.date(2010 + i // 12, i % 12 + 1, 1) for i in range(106)]
            rows = [Observation("ipo_count", m, 10.0 + 7.0 * (i % 5 == 0), "", None) for i, m in enumerate(months)]
            store.append(rows, "test", FETCHED)
    return path


def test_a_planted_reaction_is_reported_and_missing_calendars_are_named(tmp_path: Path) -> None:
    """Three points on the day of the decision, gone the day after; no GDP, CPI or PPI dates, so no row of theirs."""
    answer = RUNNER.invoke(app, ["study", "--store", str(filled(tmp_path / "a.sqlite", False))])
    assert answer.exit_code == 0, answer.output
    rows = {line.split()[1]: line for line in answer.output.splitlines() if line.startswith("fomc")}
    assert list(rows) == ["-5", "0", "+1", "+5"]
    assert rows["0"].split()[2] == "3.000"
    assert rows["0"].endswith(" effect")
    assert rows["+1"].endswith("no effect shown")
    assert "No dates of gdp, cpi, ppi" in answer.output
    assert "no ipo_count of 84 months" in answer.output
    assert "not advice" in answer.output


def test_offerings_are_measured_where_the_store_has_them(tmp_path: Path) -> None:
    """n, both intervals and the verdict in one sentence."""
    answer = RUNNER.invoke(app, ["study", "--store", str(filled(tmp_path / "a.sqlite", True))])
    assert answer.exit_code == 0, answer.output
    (line,) = [line for line in answer.output.splitlines() if line.startswith("Offerings")]
    assert "by resampled blocks of 12 months, n 4" in line
    assert line.endswith((": effect.", ": no effect shown."))


def test_what_cannot_be_studied_is_one_line(tmp_path: Path) -> None:
    """No store, no such date, no VIX."""
    path = filled(tmp_path / "a.sqlite", False)
    for arguments, words in (
        (["--store", str(tmp_path / "none.sqlite")], "there is no store"),
        (["--store", str(path), "--start", "soon"], "is no date"),
        (["--store", str(path), "--start", "2018-11-01"], "no VIX from that day on"),
    ):
        answer = RUNNER.invoke(app, ["study", *arguments])
        assert answer.exit_code == 1
        assert words in answer.output
    assert not (tmp_path / "none.sqlite").exists()

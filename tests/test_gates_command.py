"""alvh-xl gates as its user meets it."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import alvh_xl.cli  # noqa: F401 (adds the commands to the app)
from alvh_xl.cli.shared import app
from alvh_xl.functions.gates_report import gate_report
from alvh_xl.market.index_history import sample_indices
from alvh_xl.market.observation import Observation
from alvh_xl.market.store import Store

GATES = ("G1", "G2", "G3", "G4", "G5", "G6")


def command(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["gates", *arguments])


def statuses(text: str) -> dict[str, str]:
    return dict(re.findall(r"^(G\d)  (PASS|FAIL|NOT MEASURED)  ", text, re.MULTILINE))


def test_the_sample_measures_what_it_can_and_says_what_it_cannot() -> None:
    """Five years hold none of the published spans: NOT MEASURED, never PASS, and no claim of value."""
    answer = command("--source", "sample", "--draws", "50")
    assert answer.exit_code == 0, answer.output
    assert statuses(answer.output) == {**dict.fromkeys(GATES[:5], "NOT MEASURED"), "G6": "FAIL"}
    assert "No claim of value is made." in answer.output
    assert "PROXY SKEW: 120" in answer.output
    assert answer.output.count("Educational, not advice.") == 1
    assert "Replicas" not in answer.output


def test_without_draws_the_claim_is_not_measured() -> None:
    """A claim that was not tested is neither made nor denied."""
    answer = command("--source", "sample", "--draws", "0")
    assert statuses(answer.output)["G6"] == "NOT MEASURED"
    assert "not drawn" in answer.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("--source", "nowhere"), "no source 'nowhere'"), (("--store", "nowhere.sqlite"), "alvh-xl data sync")],
)
def test_a_source_that_is_not_there_is_one_line(arguments: tuple[str, ...], words: str) -> None:
    """What is wrong and what to do next, exit status 1."""
    answer = command(*arguments)
    assert answer.exit_code == 1
    assert words in answer.output
    assert len(answer.output.strip().splitlines()) == 1


def test_the_store_is_read_and_a_history_too_short_for_a_trade_is_one_line(tmp_path: Path) -> None:
    """A fresh store holds a day or two: what is wrong in one line, not a traceback."""
    path = tmp_path / "market.sqlite"
    with Store(path) as store:
        days = (date(2018, 10, 2), date(2018, 10, 3))
        rows = [Observation(name, day, level) for day in days for name, level in (("spx_close", 2900.0), ("vix", 12.0))]
        store.append(rows, "test", datetime(2018, 10, 4, 9, 0))
    answer = command("--store", str(path))
    assert answer.exit_code == 1
    assert answer.output.strip() == "alvh-xl: no week starts in this history"


def test_a_folder_with_the_whole_history_passes_all_but_the_claim(shared_data: Path, tmp_path: Path) -> None:
    """The command on real data: G1 to G5 PASS with their numbers, G6 FAIL, and the bias of both smiles is shown."""
    for name in ("spx_daily_ohlcv", "vix_daily_ohlc", "vix9d_daily", "vix3m_daily", "vvix_daily", "skew_daily"):
        frame = pd.read_csv(shared_data / "index" / f"{name}.csv")
        frame[frame["date"] >= "1990-01-02"].to_csv(tmp_path / f"{name}.csv", index=False)
    vx = pd.read_parquet(shared_data / "vx_futures" / "vx_futures_settlements.parquet")
    vx = vx[(vx["kind"] == "M") & (vx["settle"] >= 1.0)]
    days = (vx["expiry"] - vx["trade_date"]).dt.days
    curve = pd.DataFrame({"date": vx["trade_date"].dt.date, "days": days, "settle": vx["settle"]})
    curve.to_csv(tmp_path / "vx_curve.csv", index=False)
    rates = pd.read_csv(shared_data / "macro" / "fred_rates_daily_2004_2026.csv")
    rates[["date", "DGS1MO"]].rename(columns={"DGS1MO": "rate"}).to_csv(tmp_path / "bills.csv", index=False)
    answer = command("--source", str(tmp_path), "--draws", "100")
    assert answer.exit_code == 0, answer.output
    assert statuses(answer.output) == {**dict.fromkeys(GATES[:5], "PASS"), "G6": "FAIL"}
    assert len(re.findall(r"^    (CNDR|PUT |PPUT) smile .* bias ", answer.output, re.MULTILINE)) == 6
    assert "points: it overpays the condor" in answer.output
    assert "inside .824 .840 .848, straying .239 .246 .247" in answer.output


def test_the_back_test_is_shown_on_both_smiles() -> None:
    """A result on one smile alone would let the reader believe what it promises."""
    found = gate_report(sample_indices(), 0)
    skewed, plain = found.smiles
    assert (skewed.smile, plain.smile) == ("VIX and SKEW", "fixed")
    assert plain.cagr > skewed.cagr
    assert plain.max_drawdown > skewed.max_drawdown
    assert np.isnan(plain.percentile)
    assert not found.checks

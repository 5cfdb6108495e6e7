"""alvh-xl data: the store of market data on this computer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alvh_xl.cli.shared import app, err, fail, instant, line, out, plain
from alvh_xl.cli.sources import BaseUrl, StorePath, now
from alvh_xl.cli.workbooks import Workbook, run_refresh

if TYPE_CHECKING:
    from alvh_xl.market.store import Store
    from alvh_xl.market.sync import Job, Outcome

YEARS = 20

data = typer.Typer(no_args_is_help=True, help="The store of market data on this computer: fetch, import, look, replay.")
app.add_typer(data, name="data")


@contextmanager
def _opened(path: Path | None) -> Iterator[Store]:
    from alvh_xl.market.store import Store, default_path

    with Store(path or default_path()) as store:
        yield store


@data.command("sync")
def sync_command(
    since: Annotated[
        str | None,
        typer.Option(
            help="First day to fetch, YYYY-MM-DD; default: what is missing, 20 years at first.", show_default=False
        ),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Only this series; may be given several times.", show_default=False)
    ] = None,
    base_url: BaseUrl = None,
    store: StorePath = None,
) -> None:
    """Fetch market data from the public sources, and import what is new in the watched folder.

    Exit status: 0 something was read, 1 nothing was.
    """
    from alvh_xl.market.feeds import feeds_for
    from alvh_xl.market.live import sources
    from alvh_xl.market.sync import jobs_for, jobs_missing, problems, skipped

    today, first = now().date(), _day(since)
    requests_for, fetch, close = sources(base_url)
    try:
        with _opened(store) as opened:
            feeds = feeds_for(opened.path, base_url)
            if first is not None or only:
                jobs = jobs_for(requests_for, first or _years_before(today), today, only or ())
            else:
                jobs = jobs_missing(opened, requests_for, today, _years_before(today))
            jobs = feeds.jobs(opened, jobs, requests_for, now(), not only)
            outcomes = _fetched(opened, jobs, fetch)
            files = feeds.take_inbox(opened, now(), outcomes)
            more, notes = feeds.after(opened, jobs, outcomes, fetch, now, not only)
            outcomes, path = outcomes + more, opened.path
    finally:
        close()
    for report in files:
        (err if report.problem else out).print(line(f"{feeds.inbox}: {report.line()}"))
    for text in notes:
        err.print(f"[yellow]{plain(text[:1].upper() + text[1:])}[/]")
    for text in [f"Not fetched: {text}" for text in problems(outcomes)] + skipped(outcomes):
        err.print(f"[yellow]{plain(text)}[/]")
    read = [outcome for outcome in outcomes if not outcome.problem]
    new = sum(outcome.appended.written for outcome in read)
    same = sum(outcome.unchanged for outcome in read)
    out.print(
        plain(f"{len(read)} of {len(outcomes)} documents read ({same} not changed), {new:,} new values in {path}")
    )
    if not read and all(report.problem for report in files):
        raise fail("nothing could be fetched; what the store held is still there")


def _fetched(store: Store, jobs: Sequence[Job], fetch: object) -> list[Outcome]:
    """Run the jobs under a progress bar."""
    from typing import cast

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from alvh_xl.market.sync import Fetch, sync

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        bar = progress.add_task("Fetching", total=len(jobs))
        return sync(store, jobs, cast(Fetch, fetch), now, lambda _: progress.advance(bar))


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise fail(f"--since {text!r} is no day; write for example 2006-01-03") from None


def _years_before(day: dt.date) -> dt.date:
    return dt.date(day.year - YEARS, day.month, 1)


@data.command("import")
def import_command(
    path: Annotated[Path, typer.Argument(help="CSV file, or folder of CSV files.", show_default=False)],
    store: StorePath = None,
) -> None:
    """Import CSV files: `SERIES.csv` with the columns date,value, date,series,value, or columns named as series.

    VX settlements: date,contract,expiry,settle. Accounts: date,company and figures. Calendars: date,event and, where
    known, time_et,detail,ref_period. Days are YYYY-MM-DD; a column published (New York) says when a value came out,
    where you know it. `alvh-xl data status` lists the series. Option chains: quotedata.csv as Cboe's web page of SPX or
    VIX options saves it. Exit status: 0 something was imported, 1 nothing was.
    """
    from alvh_xl.market.imports import import_path

    with _opened(store) as opened:
        done = import_path(opened, path, now(), lambda report: out.print(plain(report.line())))
        target = opened.path
    if all(report.problem for report in done):
        raise fail(f"nothing in {path} could be imported; `alvh-xl data import --help` describes the form")
    out.print(plain(f"{sum(report.appended.written for report in done):,} values added to {target}"))


@data.command()
def replay(
    date: Annotated[
        str, typer.Argument(help="Past morning, 2018-02-06 (09:00) or 2018-02-06T10:30.", show_default=False)
    ],
    workbook: Workbook,
    store: StorePath = None,
) -> None:
    """Refresh a workbook as of a past morning: the store's values known then, nothing published later."""
    run_refresh(workbook, "store", instant(date), store)


@data.command()
def backup(
    path: Annotated[Path, typer.Argument(help="File to write; replaced if it exists.", show_default=False)],
    store: StorePath = None,
) -> None:
    """Copy the store to another file; to restore, put the copy in the store's place."""
    with _opened(store) as opened:
        opened.backup(path)
        count, source = len(opened), opened.path
    out.print(plain(f"Wrote {path}: {count:,} values. To restore, copy it to {source}"))


@data.command()
def vacuum(store: StorePath = None) -> None:
    """Give unused space of the store back."""
    with _opened(store) as opened:
        size, path = opened.vacuum(), opened.path
    out.print(plain(f"{path}: {size / 1e6:,.1f} MB"))

"""Brokers' files: each layout against what a person reads in it, and what must never be guessed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from alvh_xl.market import MarketError
from alvh_xl.market.brokers import Statement, read_statement
from tests.market.statements import (
    IB_INSTRUMENTS,
    IB_POSITIONS,
    IB_TRADES,
    OLD_TASTY_HEADER,
    TASTY_HEADER,
    TOS_FUTURES,
    TOS_OPTIONS,
    TOS_TRADES,
    held,
    statement,
    tasty,
    tos_period,
    written,
)

OTHER = "only SPX and VIX options and VX and VXM futures are read"


def sample(shared_data: Path, name: str, *swaps: tuple[str, str], folder: Path) -> Statement:
    """Read a real layout, with its underlyings swapped for ours."""
    text = (shared_data / "formats" / f"{name}.sample.csv").read_text(encoding="utf-8")
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    return read_statement(written(folder, text))


@pytest.mark.parametrize(
    ("name", "broker", "left_out"),
    [
        ("thinkorswim_account_statement", "thinkorswim", ["EBAY (2 rows)", "IWM"]),
        ("tastytrade_v2", "tastytrade", ["CLNE", "SCHG (3 rows)"]),
        ("tastytrade_v2_total", "tastytrade", ["SCHG"]),
        ("tastyworks_legacy", "tastytrade", ["CLNE (2 rows)"]),
        ("ibkr_activity", "Interactive Brokers", ["AAPL (2 rows)", "SPY"]),
    ],
)
def test_a_real_layout_is_recognised_and_other_underlyings_are_named(
    shared_data: Path, tmp_path: Path, name: str, broker: str, left_out: list[str]
) -> None:
    """None of these files holds anything the sheet takes: a stock option must not become a condor leg."""
    found = sample(shared_data, name, folder=tmp_path)
    assert found.broker == broker
    assert found.holdings == ()
    assert [(one.what, one.reason) for one in found.skipped] == [(what, OTHER) for what in left_out]


def test_the_tastytrade_layout_with_our_contracts(shared_data: Path, tmp_path: Path) -> None:
    """Read by hand: one call sold at 370 dollars, a put assigned, an expiry of a call sold before the file."""
    swaps = (("SCHG  24", "SPXW  24"), ("CLNE  21", "VIX   21"))
    found = sample(shared_data, "tastytrade_v2", *swaps, folder=tmp_path)
    assert held(found) == {"-1 SPXW 20-Sep-2024 99 C": 3.70}
    # 15:57:13 +02:00 is 09:57:13 in New York.
    assert found.holdings[0].opened == datetime(2024, 8, 16, 9, 57, 13)
    assert found.from_trades
    both = sample(shared_data, "tastytrade_v2_total", ("SCHG  24", "SPXW  24"), folder=tmp_path)
    assert held(both) == {"-2 SPXW 20-Sep-2024 99 C": 3.70}


def test_the_old_tastyworks_layout_with_our_contracts(shared_data: Path, tmp_path: Path) -> None:
    """One call sold at 0.95 on 20 May that expired on 18 June: nothing is left; without the expiry it is."""
    found = sample(shared_data, "tastyworks_legacy", (",CLNE,", ",VIX,"), folder=tmp_path)
    assert found.holdings == ()
    text = (shared_data / "formats" / "tastyworks_legacy.sample.csv").read_text(encoding="utf-8")
    header, _, sold = text.replace(",CLNE,", ",VIX,").splitlines()
    assert held(statement(tmp_path, header, sold)) == {"-1 VIX 18-Jun-2021 14 C": 0.95}


def test_the_interactive_brokers_layout_with_our_contracts(shared_data: Path, tmp_path: Path) -> None:
    """Open Positions win: one put at its cost price; the day trade in Trades is neither held nor a fault."""
    swaps = (("SPY   25", "SPXW  25"), ("SPY 31MAR25", "SPX 31MAR25"), ("AAPL 28MAR25", "SPXW 28MAR25"))
    found = sample(shared_data, "ibkr_activity", *swaps, folder=tmp_path)
    assert held(found) == {"+1 SPXW 31-Mar-2025 570 C": pytest.approx(0.8315665, abs=1e-6)}
    assert found.with_commissions == ("SPXW 31-Mar-2025 570 C",)
    assert not found.from_trades


def test_the_thinkorswim_layout_with_our_contracts(shared_data: Path, tmp_path: Path) -> None:
    """Legs after the first row of a spread have its time; MAR 15 was over long before the statement's last day."""
    swaps = (("EBAY", "SPX"), ("since 5/1/25 through 5/2/25", "since 1/1/15 through 1/31/15"))
    text = (shared_data / "formats" / "thinkorswim_account_statement.sample.csv").read_text(encoding="utf-8")
    for old, new in swaps:
        text = text.replace(old, new)
    kept = "\n".join(line for line in text.splitlines() if ",IWM," not in line)
    found = read_statement(written(tmp_path, kept))
    # The third Friday of March 2015 was the 20th.
    assert held(found) == {"-2 SPX 20-Mar-2015 55 C": 1.33, "+2 SPX 20-Mar-2015 57.5 C": 0.53}
    assert {one.opened for one in found.holdings} == {datetime(2015, 1, 29, 15, 43, 6)}
    assert sample(shared_data, "thinkorswim_account_statement", ("EBAY", "SPX"), folder=tmp_path).holdings == ()


def test_thinkorswim_positions_win_over_its_trades(tmp_path: Path) -> None:
    """The list of options says 20; a trade history that begins later must not say 5. Totals are no position."""
    found = statement(
        tmp_path,
        "This document was exported from the paperMoney platform.",
        tos_period(),
        "",
        "Account Trade History",
        TOS_TRADES,
        ",11/3/25 10:00:00,SINGLE,SELL,-5,TO OPEN,SPX,21 NOV 25,6400,PUT,9.00,9.00,LMT",
        ",11/3/25 10:01:00,FUTURE,BUY,+2,TO OPEN,/VXX25:XCBF,NOV 25,,FUTURE,18.40,18.40,LMT",
        "",
        "Futures",
        TOS_FUTURES,
        '/VXMZ25,"Mini VIX Futures,Dec-2025",1/0.01,DEC 25,+3,19.85,20.10,"$75.00"',
        "",
        "Options",
        TOS_OPTIONS,
        "SPX,SPXW251121P6400,21 NOV 25,6400,PUT,-20,1.575,.325,($650.00)",
        'VIX,VIX251119C20,19 NOV 25,20,CALL,+10,.80,1.20,"$1,200.00"',
        "SPY,SPY251121P600,21 NOV 25,600,PUT,-20,1.575,.325,($650.00)",
        ',OVERALL TOTALS,,,,,,,"($1,300.00)"',
        "",
        "Equities",
        "Symbol,Description,Qty,Trade Price,Mark,Mark Value",
        "QQQ,INVESCO,+100,600.00,610.00,$61000.00",
    )
    assert held(found) == {
        "-20 SPXW 21-Nov-2025 6400 P": 1.575,
        "+10 VIX 19-Nov-2025 20 C": 0.80,
        "+3 VXM 17-Dec-2025": 19.85,
    }
    assert [one.what for one in found.skipped] == ["QQQ", "SPY"]
    assert not found.from_trades


def test_futures_options_of_thinkorswim_are_not_its_list_of_options(tmp_path: Path) -> None:
    """Their section has the same columns: it must not hide the trades of a statement without options held."""
    found = statement(
        tmp_path,
        tos_period(),
        TOS_TRADES,
        ",11/3/25 10:00:00,SINGLE,BUY,+5,TO OPEN,VIX,19 NOV 25,20,CALL,.90,.90,LMT",
        "",
        "Futures Options",
        TOS_OPTIONS,
        "/ESZ25,./EW3X25P6500,21 NOV 25,6500,PUT,-1,10.00,9.00,$450.00",
    )
    assert held(found) == {"+5 VIX 19-Nov-2025 20 C": 0.90}
    assert [one.what for one in found.skipped] == ["/ESZ25"]


@pytest.mark.parametrize(
    ("description", "expiry", "expected"),
    [
        ("SOLD -1 SPX 100 (Weeklys) 21 NOV 25 6400 PUT @9.00", "21 NOV 25", "SPXW 21-Nov-2025"),
        ("SOLD -1 SPX 100 21 NOV 25 [AM] 6400 PUT @9.00", "21 NOV 25", "SPX 21-Nov-2025"),
        ("nothing about it", "21 NOV 25 [AM]", "SPX 21-Nov-2025"),
        ("nothing about it", "NOV 25", "SPX 21-Nov-2025"),
        ("nothing about it", "20 NOV 25", "SPXW 20-Nov-2025"),
        ("nothing about it", "21 NOV 25", ""),
        ("SOLD -1 CALENDAR SPX 100 (Weeklys) 21 NOV 25/21 NOV 25 [AM] 6400 PUT @1", "20 NOV 25", "SPXW 20-Nov-2025"),
    ],
)
def test_settlement_of_an_spx_option_is_read_never_guessed(
    tmp_path: Path, description: str, expiry: str, expected: str
) -> None:
    """On the third Friday an SPX option may settle at the open or the close: half a day of risk, so no guess."""
    found = statement(
        tmp_path,
        tos_period(),
        "DATE,TIME,TYPE,REF #,DESCRIPTION,Misc Fees,Commissions & Fees,AMOUNT,BALANCE",
        f'11/3/25,10:00:00,TRD,="0000000001",{description},-1.20,-4.00,900.00,"10,184.80"',
        "",
        TOS_TRADES,
        f",11/3/25 10:00:00,SINGLE,SELL,-1,TO OPEN,SPX,{expiry},6400,PUT,9.00,9.00,LMT",
    )
    assert [one.contract.name.removesuffix(" 6400 P") for one in found.holdings] == [expected] * bool(expected)
    if not expected:
        [skipped] = found.skipped
        assert "settles at the open (SPX) or at the close (SPXW)" in skipped.reason
        assert skipped.ours


def test_interactive_brokers_roots_come_from_the_instruments(tmp_path: Path) -> None:
    """SPX 21NOV25 6400 P names two contracts; Financial Instrument Information says which. Fills beat cost prices."""
    trade = 'Trades,Data,Order,{},USD,{},"2025-11-{:02d}, 10:30:15",{},{},1,-1,-1.05,1,0,1,{}'.format
    found = statement(
        tmp_path,
        "Statement,Header,Field Name,Field Value",
        'Statement,Data,Period,"November 1, 2025 - November 10, 2025"',
        IB_POSITIONS,
        "Open Positions,Data,Summary,Equity and Index Options,USD,SPX 21NOV25 6400 P,-10,100,8.98943,1,1,1,1,",
        "Open Positions,Data,Lot,Equity and Index Options,USD,SPX 21NOV25 6400 P,-10,100,8.98943,1,1,1,1,",
        "Open Positions,Data,Summary,Equity and Index Options,USD,SPX 21NOV25 6300 P,10,100,4.01057,1,1,1,1,",
        "Open Positions,Data,Summary,Futures,USD,VXZ5,2,1000,19.85236,1,1,1,1,",
        "Open Positions,Data,Summary,Futures,USD,VXMF6,5,100,20.1,1,1,1,1,",
        "Open Positions,Data,Summary,Futures,USD,ESZ5,2,50,6400,1,1,1,1,",
        "Open Positions,Data,Summary,Stocks,USD,SPY,100,1,640,1,1,1,1,",
        IB_TRADES,
        trade("Equity and Index Options", "SPX 21NOV25 6400 P", 3, -10, 9, "O"),
        trade("Futures", "VXZ5", 4, 2, 19.85, "O;P"),
        trade("Equity and Index Options", "SPX 21NOV25 6300 P", 5, 3, 4, "O"),
        IB_INSTRUMENTS,
        "Financial Instrument Information,Data,Equity and Index Options,SPXW  251121P06400000,SPX 21NOV25 6400 P,1,"
        "SPX,CBOE,100,2025-11-21,2025-11,P,6400,",
    )
    assert held(found) == {
        "-10 SPXW 21-Nov-2025 6400 P": 9.0,
        "+2 VX 17-Dec-2025": 19.85,
        "+5 VXM 21-Jan-2026": 20.1,
    }
    assert [one.name for one in found.holdings if one.opened] == ["-10 SPXW 21-Nov-2025 6400 P", "+2 VX 17-Dec-2025"]
    assert found.with_commissions == ("VXM 21-Jan-2026",)
    ours = [one.what for one in found.skipped if one.ours]
    assert ours == ["SPX 21NOV25 6300 P"]
    assert [one.what for one in found.skipped if not one.ours] == ["ESZ", "SPY"]


def test_interactive_brokers_trades_alone_are_netted(tmp_path: Path) -> None:
    """Without Open Positions: a partial close, an expiry at price 0, and executions that repeat their order."""
    trade = 'Trades,Data,{},Equity and Index Options,USD,{},"2025-11-{:02d}, 10:30:15",{},{},1,-1,-1,1,0,1,{}'.format
    found = statement(
        tmp_path,
        IB_TRADES,
        trade("Order", "VIX 19NOV25 20 C", 3, 10, 1.0, "O"),
        trade("Trade", "VIX 19NOV25 20 C", 3, 10, 1.0, "O"),
        trade("Order", "VIX 19NOV25 20 C", 4, "1,000", 2.0, "O").replace(",1,000,", ',"1,000",'),
        trade("Order", "VIX 19NOV25 20 C", 5, -510, 3.0, "C;P"),
        trade("Order", "SPXW 05NOV25 6400 P", 3, -10, 9, "O"),
        trade("Order", "SPXW 05NOV25 6400 P", 5, 10, 0, "C;Ep"),
        trade("Order", "SPXW 05NOV25 6300 P", 3, 10, 4, "O"),
        trade("Order", "SPXW 05NOV25 6300 P", 5, -10, 0, "C;Ep"),
        "Trades,SubTotal,,Equity and Index Options,USD,VIX 19NOV25 20 C,,500,,,,,,,,",
    )
    assert held(found) == {"+500 VIX 19-Nov-2025 20 C": 2.0}


def test_interactive_brokers_says_whether_a_trade_opens_or_closes(tmp_path: Path) -> None:
    """Coded C, a sale whose purchase is not in the file is no short; coded C;O, one trade turns a position round."""
    trade = 'Trades,Data,Order,{},USD,{},"2025-11-{:02d}, 10:30:15",{},{},1,-1,-1,1,0,1,{}'.format
    found = statement(
        tmp_path,
        IB_TRADES,
        trade("Equity and Index Options", "VIX 19NOV25 20 C", 4, -10, 1.0, "C;P"),
        trade("Futures", "VXZ5", 3, 2, 19.0, "O"),
        trade("Futures", "VXZ5", 4, -5, 20.0, "C;O"),
    )
    assert held(found) == {"-3 VX 17-Dec-2025": 20.0}
    assert [(one.what, one.ours) for one in found.skipped] == [("VIX 19-Nov-2025 20 C", True)]


@pytest.mark.parametrize(
    ("side", "quantity", "expected"),
    [("SELL", "-5", -5), ("SELL", "5", -5), ("BUY", "+5", 5), ("BUY", "5", 5), ("SELL", "+5", 0), ("BUY", "-5", 0)],
)
def test_side_and_sign_of_a_thinkorswim_trade_must_agree(
    tmp_path: Path, side: str, quantity: str, expected: int
) -> None:
    """A long taken for a short turns the whole book round."""
    row = f",11/3/25 10:00:00,SINGLE,{side},{quantity},TO OPEN,VIX,19 NOV 25,20,CALL,1.00,1.00,LMT"
    if expected:
        assert [one.quantity for one in statement(tmp_path, tos_period(), TOS_TRADES, row).holdings] == [expected]
    else:
        with pytest.raises(MarketError, match=f"side {side} contradicts quantity"):
            statement(tmp_path, tos_period(), TOS_TRADES, row)


def test_tastytrade_futures_are_netted_by_side_and_priced_by_their_description(tmp_path: Path) -> None:
    """Their average price is 0 and nothing says open or close; VXZ5 read in 2025 is December 2025."""
    row = '2025-11-{:02d}T10:00:00-0500,Trade,{},{},{},Future,"{} @ {}",0.00,{},0.00,-0.75,-0.82,,,,,,,1,USD'.format
    found = statement(
        tmp_path,
        TASTY_HEADER,
        row(5, "Sell", "SELL", "/VXZ5", "Sold 1 /VXZ5", "21.00", 1),
        row(4, "Buy", "BUY", "/VXZ5", "Bought 2 /VXZ5", "20.00", 2),
        row(3, "Buy", "BUY", "/VXZ5", "Bought 1 /VXZ5", "19.00", 1),
        row(3, "Buy", "BUY", "/VX45X5", "Bought 1 /VX45X5", "19.00", 1),
        row(3, "Buy", "BUY", "/MESZ5", "Bought 1 /MESZ5", "6,500.25", 1),
        "2025-11-05T17:00:00-0500,Money Movement,Mark to Market,,/VXZ5,Future,settled,100.00,0,,--,0.00,,,,,,,,USD",
    )
    assert held(found) == {"+2 VX 17-Dec-2025": 20.0}
    assert [(one.what, "weekly" in one.reason) for one in found.skipped] == [("/MESZ5", False), ("/VX45X5", True)]


def test_a_foreign_row_without_a_date_does_not_refuse_a_tastytrade_file(tmp_path: Path) -> None:
    """Whatever stands in the rows of a stock, they add nothing to the position; in a row of ours it is a fault."""
    good = tasty("2024-10-10T10:00:00-0400", "Sell to Open", "SPXW  241018C05800000", 3, "900.00")
    foreign = tasty("bad", "Buy to Open", "SPY   241018C00580000", 1, "-105.00")
    found = statement(tmp_path, TASTY_HEADER, good, foreign)
    assert held(found) == {"-3 SPXW 18-Oct-2024 5800 C": 9.0}
    assert [one.what for one in found.skipped] == ["SPY"]
    with pytest.raises(MarketError, match="'bad' is no date and time"):
        statement(tmp_path, TASTY_HEADER, good, foreign.replace("SPY ", "SPXW"))


def test_cash_settlement_ends_a_tastytrade_position_once(tmp_path: Path) -> None:
    """An option in the money is listed twice, settled in cash and removed: the next one must not be eaten too."""
    code, later = "SPXW  241018C05800000", "SPXW  241025C05800000"
    found = statement(
        tmp_path,
        TASTY_HEADER,
        tasty("2024-10-10T10:00:00-0400", "Sell to Open", code, 3, "900.00"),
        tasty("2024-10-10T10:00:00-0400", "Sell to Open", later, 3, "1,100.00"),
        tasty("2024-10-18T17:00:00-0400", "Cash Settled Assignment", code, 3, "0.00"),
        tasty("2024-10-18T17:00:00-0400", "Assignment", code, 3, "0.00"),
    )
    assert held(found) == {"-3 SPXW 25-Oct-2024 5800 C": 11.0}


def test_a_roll_leaves_the_new_contract_at_its_own_fill(tmp_path: Path) -> None:
    """Closing one month and opening the next in one order is two contracts."""
    old, new = "VIX   241016C00020000", "VIX   241120C00020000"
    found = statement(
        tmp_path,
        TASTY_HEADER,
        tasty("2024-10-10T10:00:00-0400", "Sell to Close", old, 8, "250.00"),
        tasty("2024-10-10T10:00:00-0400", "Buy to Open", new, 8, "-310.00"),
        tasty("2024-09-10T10:00:00-0400", "Buy to Open", old, 8, "-120.00"),
    )
    assert held(found) == {"+8 VIX 20-Nov-2024 20 C": 3.10}
    assert found.holdings[0].opened == datetime(2024, 10, 10, 10)


def test_more_closed_than_opened_is_said_not_turned_round(tmp_path: Path) -> None:
    """A file that begins after the opening must not turn a closed long into a short."""
    found = statement(
        tmp_path,
        TASTY_HEADER,
        tasty("2024-10-10T10:00:00-0400", "Buy to Open", "VIX   241120C00020000", 2, "-310.00"),
        tasty("2024-10-11T10:00:00-0400", "Sell to Close", "VIX   241120C00020000", 8, "250.00"),
    )
    assert found.holdings == ()
    assert [(one.what, one.reason) for one in found.skipped] == [
        ("VIX 20-Nov-2024 20 C", "6 more closed than opened in the file: it was opened earlier; export a longer period")
    ]


def test_the_older_layout_does_not_tell_spx_from_spxw_unless_it_says(tmp_path: Path) -> None:
    """Its symbol is the underlying: on the third Friday only the description can tell."""
    row = "05/20/2021 5:10 PM,Trade,Sell to Open,SPX,Sell,Open,1,{},4000,P,9.50,1.14,950.00,{},Individual XXX00".format
    found = statement(
        tmp_path,
        OLD_TASTY_HEADER,
        row("06/18/2021", "Sold 1 SPX 06/18/21 Put 4000.00 @ 9.50"),
        row("07/16/2021", "Sold 1 SPXW 07/16/21 Put 4000.00 @ 9.50"),
        row("06/17/2021", "Sold 1 SPX 06/17/21 Put 4000.00 @ 9.50"),
    )
    assert list(held(found)) == ["-1 SPXW 17-Jun-2021 4000 P", "-1 SPXW 16-Jul-2021 4000 P"]
    assert [one.ours for one in found.skipped] == [True]


def test_no_account_name_or_number_is_kept(tmp_path: Path) -> None:
    """Whatever is printed or stored later, the account cannot be in it."""
    found = statement(
        tmp_path,
        tos_period(),
        TOS_OPTIONS,
        "VIX,VIX251119C20,19 NOV 25,20,CALL,+10,.80,1.20,$1200.00",
    )
    assert "00000000" not in repr(found)
    assert "Jane" not in repr(found)

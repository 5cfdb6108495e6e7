"""Writes the CSV files of alvh_xl/market/sample: long series from arch and skfolio, the rest as typed here.

Usage: python tests/tools/make_sample.py [FOLDER]
Needs the test extras. The published figures below belong to the sample morning, 4 October 2018; what nobody
published is marked ILLUSTRATIVE.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

FIRST, LAST = "2014-01", "2018-10-12"
SAMPLE = Path(__file__).resolve().parents[2] / "alvh_xl" / "market" / "sample"

VOL_INDICES = """\
date,vix,vix9d,vix3m,vix6m,vvix
2018-08-29,12.25,9.77,14.95,16.20,91.10
2018-08-30,13.53,11.49,15.54,16.69,95.11
2018-08-31,12.86,11.01,15.15,16.43,92.73
2018-09-04,13.16,11.97,15.45,16.59,95.23
2018-09-05,13.91,12.65,15.92,16.93,97.94
2018-09-06,14.65,13.46,16.34,17.26,101.36
2018-09-07,14.88,13.49,16.59,17.47,102.38
2018-09-10,14.16,12.57,16.17,17.15,100.38
2018-09-11,13.22,11.00,15.54,16.64,96.44
2018-09-12,13.14,10.67,15.32,16.40,97.24
2018-09-13,12.37,10.03,14.77,15.86,91.06
2018-09-14,12.07,9.93,14.37,15.60,88.07
2018-09-17,13.68,13.50,15.28,16.10,96.34
2018-09-18,12.79,11.74,15.04,15.99,92.49
2018-09-19,11.75,11.45,14.65,15.85,88.18
2018-09-20,11.80,11.04,14.51,15.70,87.31
2018-09-21,11.68,10.63,14.58,15.90,90.20
2018-09-24,12.20,11.63,14.77,15.96,91.51
2018-09-25,12.42,11.76,14.92,16.05,91.07
2018-09-26,12.89,12.70,15.15,16.20,91.56
2018-09-27,12.41,12.09,14.89,16.07,87.66
2018-09-28,12.12,11.17,14.77,15.98,87.31
2018-10-01,12.00,11.19,14.74,15.95,86.97
2018-10-02,12.05,11.13,14.84,16.03,88.12
2018-10-03,11.61,10.81,14.68,15.96,85.80
"""

VX_FUTURES = """\
contract,expiry,settle,trade_date
VXV18,2018-10-17,13.775,2018-10-03
VXX18,2018-11-21,14.725,2018-10-03
VXZ18,2018-12-19,15.075,2018-10-03
VXF19,2019-01-16,15.650,2018-10-03
VXG19,2019-02-13,15.950,2018-10-03
VXH19,2019-03-19,16.275,2018-10-03
VXJ19,2019-04-17,16.425,2018-10-03
VXK19,2019-05-22,16.700,2018-10-03
VXM19,2019-06-19,16.825,2018-10-03
"""

# The New York Fed publishes a day's rate on the next business morning, the Treasury on the same evening.
RATES = """\
series,date,value,published
fed_funds,2018-10-03,2.18,2018-10-04
treasury_1m,2018-10-03,2.15,2018-10-03
treasury_3m,2018-10-03,2.23,2018-10-03
treasury_6m,2018-10-03,2.41,2018-10-03
treasury_1y,2018-10-03,2.62,2018-10-03
treasury_2y,2018-10-03,2.85,2018-10-03
treasury_10y,2018-10-03,3.15,2018-10-03
"""

FOREIGN_RATES = """\
currency,date,rate,unit,status
EUR,2018-10-03,-0.32,percent,ILLUSTRATIVE
JPY,2018-10-03,-0.10,percent,ILLUSTRATIVE
GBP,2018-10-03,0.80,percent,ILLUSTRATIVE
CAD,2018-10-03,1.95,percent,ILLUSTRATIVE
CHF,2018-10-03,-0.74,percent,ILLUSTRATIVE
"""

# Each event's dates are complete from its first row to its last; 19 September follows from the 30-day rule.
CALENDAR = """\
event,date,time,note
fomc,2018-08-01,14:00,FOMC decision
ppi,2018-08-09,08:30,PPI for July 2018
cpi,2018-08-10,08:30,CPI for July 2018
ppi,2018-09-12,08:30,PPI for August 2018
cpi,2018-09-13,08:30,CPI for August 2018
vix_settlement,2018-09-19,09:30,monthly VIX settlement
fomc,2018-09-26,14:00,FOMC decision
gdp,2018-09-27,08:30,"GDP, second quarter, third estimate"
ppi,2018-10-10,08:30,PPI for September 2018
cpi,2018-10-11,08:30,CPI for September 2018
vix_settlement,2018-10-17,09:30,monthly VIX settlement
fomc,2018-11-08,14:00,FOMC decision
vix_settlement,2018-11-21,09:30,monthly VIX settlement
vix_settlement,2018-12-19,09:30,monthly VIX settlement
fomc,2018-12-19,14:00,FOMC decision
"""

POSITION = """\
name,value,unit,status,note
entered,2018-10-04,date,ILLUSTRATIVE,the sample morning
condor_expiry,2018-10-19T16:00,datetime,ILLUSTRATIVE,"SPXW, settled on the close"
condors,10,contracts,ILLUSTRATIVE,
short_delta,0.16,delta,ILLUSTRATIVE,
wing_width,50,points,ILLUSTRATIVE,
strike_step,5,points,ILLUSTRATIVE,
rate,0.0215,decimal a year,ILLUSTRATIVE,one-month Treasury constant maturity
dividend_yield,0.018,decimal a year,ILLUSTRATIVE,
smile_slope,-0.09,per standard deviation,ILLUSTRATIVE,
smile_curvature,0.012,per standard deviation squared,ILLUSTRATIVE,
hedge_contract,VXX18,text,ILLUSTRATIVE,VX future of the option's own expiry
hedge_kind,C,text,ILLUSTRATIVE,VIX call
hedge_expiry,2018-11-21T09:30,datetime,ILLUSTRATIVE,
hedge_strike,15,points,ILLUSTRATIVE,
hedge_held,0,contracts,ILLUSTRATIVE,no hedge held yet
portfolio_value,250000,dollars,ILLUSTRATIVE,
"""

# Earnings and cash flow of four quarters to mid-2018, balance sheets of mid-2018, all to about two digits.
FUNDAMENTALS = """\
company,date,market_value,earnings,operating_cash_flow,cash,short_term_investments,receivables,current_liabilities,\
accounts_known,unit,status
Apple,2018-10-03,1120,56,74,32,39,14,89,2018-08-06,billion dollars,ILLUSTRATIVE
Amazon,2018-10-03,950,6.3,22,20,7,12,51,2018-08-06,billion dollars,ILLUSTRATIVE
Microsoft,2018-10-03,880,17,44,12,122,26,58,2018-08-06,billion dollars,ILLUSTRATIVE
Alphabet,2018-10-03,840,16,42,14,88,17,30,2018-08-06,billion dollars,ILLUSTRATIVE
Exxon Mobil,2018-10-03,365,21,31,3.4,0,27,58,2018-08-06,billion dollars,ILLUSTRATIVE
"""

# Release days known to the day; every other month counts from the 20th of the next month: no CPI or PPI of
# these years came later, and the effective exchange rate comes about then.
PUBLISHED = {
    "cpi": {"2018-07": "2018-08-10", "2018-08": "2018-09-13"},
    "ppi": {"2018-07": "2018-08-09", "2018-08": "2018-09-12"},
    "reer": {},
}

MONTHLY = """\
2015-06 237.657 194.8 92.40
2015-07 238.034 193.9 93.87
2015-08 238.033 191.9 95.19
2015-09 237.498 189.1 95.55
2015-10 237.733 187.5 94.62
2015-11 238.017 185.7 95.95
2015-12 237.761 183.5 96.42
2016-01 237.652 182.6 98.74
2016-02 237.336 181.3 97.36
2016-03 238.080 182.1 95.73
2016-04 238.992 183.2 94.50
2016-05 239.557 185.3 95.82
2016-06 240.222 187.6 96.44
2016-07 240.101 187.7 96.85
2016-08 240.545 186.6 95.99
2016-09 241.176 186.9 96.61
2016-10 241.741 186.7 97.39
2016-11 242.026 186.3 99.66
2016-12 242.637 188.2 101.16
2017-01 243.618 190.7 101.35
2017-02 244.006 191.6 99.84
2017-03 243.892 191.5 99.29
2017-04 244.193 193.0 98.55
2017-05 244.004 192.8 98.14
2017-06 244.163 193.6 96.85
2017-07 244.243 193.5 95.47
2017-08 245.183 193.8 94.27
2017-09 246.435 194.8 93.58
2017-10 246.626 194.9 95.04
2017-11 247.284 195.9 95.02
2017-12 247.805 196.3 94.38
2018-01 248.859 197.9 92.70
2018-02 249.529 199.3 91.69
2018-03 249.577 199.3 92.18
2018-04 250.227 200.3 92.43
2018-05 250.792 203.2 95.30
2018-06 251.018 204.2 96.91
2018-07 251.214 204.3 97.16
2018-08 251.663 203.4 97.63
"""


def monthly() -> str:
    """Add to each month of MONTHLY the day from which its value counts."""
    lines = ["month,cpi,cpi_published,ppi,ppi_published,reer,reer_published"]
    for line in MONTHLY.splitlines():
        month, *values = line.split()
        year, number = int(month[:4]), int(month[5:])
        following = f"{year + number // 12}-{number % 12 + 1:02d}-20"
        days = [PUBLISHED[series].get(month, following) for series in ("cpi", "ppi", "reer")]
        lines.append(",".join([month, *(f"{value},{day}" for value, day in zip(values, days, strict=True))]))
    return "\n".join(lines) + "\n"


def table(header: str, rows: list[tuple[Any, ...]]) -> str:
    """CSV text whose first column is a day."""
    lines = [",".join([f"{day:%Y-%m-%d}", *map(str, cells)]) for day, *cells in rows]
    return "\n".join([header, *lines]) + "\n"


def spx() -> str:
    """S&P 500 open, high, low and close to the cent in which the index is published."""
    from arch.data import sp500

    bars = sp500.load().loc[FIRST:LAST, ["Open", "High", "Low", "Close"]]
    rows = [(day, *(f"{price:.2f}" for price in bar)) for day, *bar in bars.itertuples()]
    return table("date,open,high,low,close", rows)


def vix() -> str:
    """VIX closes; the package has empty rows on holidays."""
    from arch.data import vix

    closes = vix.load().loc[:LAST, "vix"].dropna()
    return table("date,vix", [(day, f"{close:.2f}") for day, close in closes.items()])


def breadth() -> str:
    """Stocks of skfolio's 20 that closed above, and below, their previous close."""
    from skfolio.datasets import load_sp500_dataset

    changes = load_sp500_dataset().diff().loc[FIRST:LAST]
    advances, declines = (changes > 0).sum(axis=1), (changes < 0).sum(axis=1)
    return table("date,advances,declines", list(zip(changes.index, advances, declines, strict=True)))


def contents() -> dict[str, str]:
    """Every file of the sample by name."""
    return {
        "spx.csv": spx(),
        "vix.csv": vix(),
        "breadth.csv": breadth(),
        "vol_indices.csv": VOL_INDICES,
        "vx_futures.csv": VX_FUTURES,
        "rates.csv": RATES,
        "calendar.csv": CALENDAR,
        "monthly.csv": monthly(),
        "foreign_rates.csv": FOREIGN_RATES,
        "position.csv": POSITION,
        "fundamentals.csv": FUNDAMENTALS,
    }


def main() -> None:
    """Write every file into the folder named on the command line, by default the package's."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE
    for name, text in contents().items():
        (folder / name).write_bytes(text.encode("utf-8"))


if __name__ == "__main__":
    main()

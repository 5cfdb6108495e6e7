"""The workbook as built: names, tables, formulas, protection, print setup, and what a missing figure does."""

from __future__ import annotations

import dataclasses
import io
import re
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.formula import Tokenizer
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.formula import ArrayFormula

from alvh_xl.functions import REGISTRY, CellError
from alvh_xl.market import MarketMorning, read_sample
from alvh_xl.workbook.build import SHEETS, build
from alvh_xl.workbook.inputs import ESTIMATED, PARAMETERS, POLICY, RULE, STANDARD
from alvh_xl.workbook.meanings import MEANINGS
from alvh_xl.workbook.new import new
from alvh_xl.workbook.tables import JOURNAL, JOURNAL_ROWS, ROWS, journal_row, named_values, table_rows
from alvh_xl.workbook.typed import TYPED


def load(path: Path, *, values: bool = False) -> Workbook:
    """Read formulas, or cached values. What openpyxl cannot keep (sparklines) does not matter for reading."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return load_workbook(io.BytesIO(path.read_bytes()), data_only=values)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample morning's workbook before any recalculation."""
    path = tmp_path_factory.mktemp("build") / "built.xlsx"
    build(path, read_sample())
    return path


@pytest.fixture(scope="module")
def book(built: Path) -> Workbook:
    """Its formulas."""
    return load(built)


def formulas(book: Workbook) -> dict[str, tuple[str, bool]]:
    """Return "Sheet!A1" → formula text and whether it is written as an array."""
    found: dict[str, tuple[str, bool]] = {}
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, ArrayFormula):
                    found[f"{sheet.title}!{cell.coordinate}"] = (str(cell.value.text), True)
                elif cell.data_type == "f":
                    found[f"{sheet.title}!{cell.coordinate}"] = (str(cell.value), False)
    return found


def without(morning: MarketMorning, series: str) -> MarketMorning:
    """The morning with one figure of the snapshot missing."""
    snapshot = tuple(
        dataclasses.replace(q, value=None, observed=None) if q.series == series else q for q in morning.snapshot
    )
    return dataclasses.replace(morning, snapshot=snapshot)


def named(path: Path, *names: str) -> list[Any]:
    """Cached values of named cells."""
    book = load(path, values=True)
    values = []
    for name in names:
        ((sheet, address),) = book.defined_names[name].destinations
        values.append(book[sheet][address.replace("$", "")].value)
    return values


def test_the_same_morning_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    """A clock or a user's name in the file would make every build differ and leak who made it."""
    build(tmp_path / "again.xlsx", read_sample())
    assert (tmp_path / "again.xlsx").read_bytes() == built.read_bytes()


def test_the_document_properties_name_nobody(book: Workbook) -> None:
    """The file is shared: it must carry no user."""
    assert not (book.properties.creator or "").strip()
    assert not (book.properties.lastModifiedBy or "").strip()


def test_sheets_stand_in_the_order_of_the_registered_list(book: Workbook) -> None:
    """Morning first, Help last: a visitor reads from left to right."""
    assert book.sheetnames == [name for name, _, _ in SHEETS]
    assert (book.sheetnames[0], book.sheetnames[-1]) == ("Morning", "Help")


def test_names_are_snake_case_and_never_a_cell_address(book: Workbook) -> None:
    """Excel refuses a name such as vx1 (a cell), r or c, and repairs the file by dropping it."""
    for name in book.defined_names:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name), name
        assert not re.fullmatch(r"[a-z]{1,3}\d+|r|c|r\d*c\d*", name), name


def test_every_word_in_a_formula_is_a_name_a_table_or_a_function(book: Workbook) -> None:
    """A misspelt name shows as #NAME? in the trader's face."""
    names = set(book.defined_names)
    tables = {name for sheet in book for name in sheet.tables}
    for where, (formula, _) in formulas(book).items():
        for token in Tokenizer(formula).items:
            if token.type != "OPERAND" or token.subtype != "RANGE":
                continue
            word = token.value
            if "[" in word:
                assert word.split("[")[0] in tables, f"{where}: {word}"
            elif re.fullmatch(r"[A-Za-z_]\w*", word) and not re.fullmatch(r"\$?[A-Z]{1,3}\$?\d+", word):
                assert word in names, f"{where}: {word}"


def test_every_column_a_formula_reads_exists_in_its_table(book: Workbook) -> None:
    """A structured reference to a column that is not there breaks the file for Excel."""
    columns = {
        table.name: {column.name for column in table.tableColumns} for sheet in book for table in sheet.tables.values()
    }
    for where, (formula, _) in formulas(book).items():
        for table, inside in re.findall(r"(\w+)\[((?:\[[^\]]*\][,:]?)+|[^\[\]]+)\]", formula):
            for column in re.findall(r"[^\[\],:]+", inside):
                assert column.startswith("#") or column in columns[table], f"{where}: {table}[{column}]"


def test_our_functions_are_dynamic_arrays_and_never_inside_a_table(book: Workbook, built: Path) -> None:
    """Elsewhere Excel shows =@ALVH_…, and a spill inside a table is #SPILL!."""
    areas = {sheet.title: [range_boundaries(t.ref) for t in sheet.tables.values()] for sheet in book}
    for where, (formula, is_array) in formulas(book).items():
        if "ALVH_" not in formula:
            continue
        assert is_array, where
        sheet, address = where.split("!")
        column, row, _, _ = range_boundaries(address)
        inside = [a for a in areas[sheet] if a[0] <= column <= a[2] and a[1] <= row <= a[3]]
        if sheet != "Checks":  # the list of checks holds single values only
            assert not inside, where
    with zipfile.ZipFile(built) as package:
        assert "xl/metadata.xml" in package.namelist()


def test_calls_name_known_functions_with_no_more_arguments_than_they_take(book: Workbook) -> None:
    """A function of a later issue would show #NAME?, one argument too many #VALUE!."""
    for where, (formula, _) in formulas(book).items():
        for name, count in calls(formula):
            assert name in REGISTRY, f"{where}: {name}"
            assert count <= len(REGISTRY[name].parameters), f"{where}: {name} with {count} arguments"


def calls(formula: str) -> list[tuple[str, int]]:
    """Name and number of arguments of every call of ours."""
    found: list[tuple[str, int]] = []
    stack: list[list[Any]] = []
    tokens = Tokenizer(formula).items
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        if token.subtype == "OPEN":
            empty = after is not None and after.subtype == "CLOSE"
            stack.append([token.value.rstrip("("), 0 if empty else 1])
        elif token.subtype == "CLOSE":
            name, count = stack.pop()
            if name.startswith("ALVH_"):
                found.append((name, count))
        elif token.type == "SEP" and token.subtype == "ARG" and stack:
            stack[-1][1] += 1
    return found


def test_about_a_hundred_calls_serve_the_whole_workbook(book: Workbook) -> None:
    """Thousands of calls would make Excel slow: a block is one array call. Help shows each function once more."""
    count = sum(len(calls(f)) for where, (f, _) in formulas(book).items() if not where.startswith("Help!"))
    assert 80 <= count <= 125


def test_no_name_is_also_the_name_of_a_table(book: Workbook) -> None:
    """Excel keeps names and tables in one list without regard to case: a clash makes it repair the file."""
    tables = {name.lower() for sheet in book for name in sheet.tables}
    assert not tables & {name.lower() for name in book.defined_names}


def test_no_formula_lost_its_end(book: Workbook) -> None:
    """The writer strips a closing brace from an array formula: a formula must not end with an array constant."""
    for where, (formula, _) in formulas(book).items():
        assert formula.count("{") == formula.count("}"), where
        assert formula.count("(") == formula.count(")"), where


def test_python_writes_no_result(built: Path) -> None:
    """Every formula is built with the cached value #N/A: only a recalculation may put a number there."""
    cached = load(built, values=True)
    for where in formulas(load(built)):
        sheet, address = where.split("!")
        assert cached[sheet][address].value == "#N/A", where


def test_every_parameter_is_a_named_cell_with_unit_status_and_source(book: Workbook) -> None:
    """Nothing is hidden in code: what a formula reads can be seen and changed."""
    sheet = book["Inputs"]
    rows = {row[8].value: row for row in sheet.iter_rows(min_row=6, max_row=5 + len(PARAMETERS))}
    for parameter in PARAMETERS:
        ((where, address),) = book.defined_names[parameter.name].destinations
        row = rows[parameter.name]
        assert (where, address.replace("$", "")) == ("Inputs", row[3].coordinate)
        assert row[4].value
        assert row[6].value in (RULE, STANDARD, ESTIMATED, POLICY)
        assert row[7].value
        assert row[3].protection.locked is False


def test_every_default_lies_inside_its_allowed_values() -> None:
    """The validation of a cell would refuse the very value the workbook starts with."""
    for p in PARAMETERS:
        if p.allowed is None or p.default is None:
            continue
        numeric = not isinstance(p.allowed[0], (str, bool))
        assert (p.allowed[0] <= p.default <= p.allowed[1]) if numeric else p.default in p.allowed, p.name


def test_every_parameter_is_read_by_a_formula(book: Workbook) -> None:
    """A parameter that nothing reads would be a knob that turns nothing."""
    text = " ".join(formula for formula, _ in formulas(book).values())
    read = set(re.findall(r"[a-z_][a-z0-9_]*", text))
    read |= {"smile_slope", "smile_curvature"} if "smile" in read else set()
    assert {p.name for p in PARAMETERS} - read == set()


def test_sheets_are_protected_without_password_and_print_one_page_wide(book: Workbook) -> None:
    """A stray key must not destroy a formula, and a print must not spread over two pages in width."""
    for sheet in book:
        assert sheet.protection.sheet is True
        assert not sheet.protection.password
        assert sheet.page_setup.orientation == ("portrait" if sheet.title == "History" else "landscape")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in ((2,) if sheet.title == "Journal" else (1, None))
        assert sheet.print_area
        assert sheet.freeze_panes


def printed_share(sheet: Any) -> float:
    """Scale at which the columns of the print area fill the pages side by side, at most 1 (A4 across, margins 0.4)."""
    left, _, right, _ = range_boundaries(sheet.print_area.split("!")[1].replace("$", ""))
    wide = {
        column: (group.width * 7 + 5) * 0.75
        for group in sheet.column_dimensions.values()
        for column in range(group.min, group.max + 1)
    }
    points = sum(wide[column] for column in range(left, right + 1))
    pages = sheet.page_setup.fitToWidth or 1
    # Columns are repeated on each further page, and as much as the widest one may stay free at the end of a page.
    points += (pages - 1) * (wide[1] + wide[2] + max(wide.values()))
    return min(1.0, float(pages * (841.9 - 2 * 0.4 * 72) / points))


def test_the_journal_prints_in_a_size_that_can_be_read(book: Workbook) -> None:
    """27 columns on one page would be 4 points high; two pages side by side with the as-of on both are not."""
    assert 10 * printed_share(book["Journal"]) >= 7
    assert book["Journal"].print_title_cols == "$A:$B"
    assert book["Journal"].page_setup.pageOrder == "overThenDown"
    assert printed_share(book["Morning"]) > 0.6


def test_no_cell_of_morning_calls_a_function_itself(book: Workbook) -> None:
    """A program without the functions would show #NAME? there; a cell that quotes keeps the value it was saved with."""
    own = {
        where: formula for where, (formula, array) in formulas(book).items() if where.startswith("Morning!") and array
    }
    assert own == {}


def test_no_cells_are_merged(book: Workbook) -> None:
    """Merged cells break sorting, filtering and reading by programs."""
    assert all(not sheet.merged_cells.ranges for sheet in book)


@pytest.mark.parametrize("words", ["Educational, not advice", "document rule, untested"])
def test_the_morning_sheet_says_what_it_rests_on(book: Workbook, words: str) -> None:
    """The reader must not mistake an untested rule for a finding, nor a calculation for advice."""
    texts = [str(cell.value) for row in book["Morning"].iter_rows() for cell in row if cell.value]
    assert [text for text in texts if words in text]


def test_tables_have_their_fixed_rows_and_the_columns_a_refresh_writes(book: Workbook) -> None:
    """Were a table to grow, every spill over it would change size and break what stands below."""
    found = {table.name: table for sheet in book for table in sheet.tables.values()}
    for name, (columns, rows) in table_rows(read_sample()).items():
        _, top, _, bottom = range_boundaries(found[name].ref)
        assert len(rows) == ROWS[name] == bottom - top
        assert set(columns) <= {column.name for column in found[name].tableColumns}
        assert all(len(row) == len(columns) for row in rows)
    assert set(named_values(read_sample())) <= set(book.defined_names)


def test_sheets_are_those_of_the_specification(book: Workbook) -> None:
    """A trader looks for a sheet by its name, from reading on the left to help on the right."""
    left = ["Morning", "Inputs", "Position", "Plan", "Market", "History", "Curve", "Signals", "Macro"]
    wanted = [*left, "Capital", "Fundamentals", "Scenarios", "Backtest", "Journal", "Checks", "Help"]
    assert [name for name in book.sheetnames if name in wanted] == wanted


def test_the_journal_row_records_what_the_named_cells_show(book: Workbook) -> None:
    """A column fed from a name that does not exist would stay blank for ever."""
    shown = {"asof": 43377.375, "lamp_macd": "LIT", "lamp_rsi": "off", "hold": CellError.NA, "plan_binding": ""}
    columns, row = journal_row(lambda name: shown.get(name, 1.5))
    recorded = dict(zip(columns, row, strict=True))
    assert {name for _, name, _ in JOURNAL} <= set(book.defined_names)
    assert list(columns) == [column.name for column in book["Journal"].tables["Journal"].tableColumns]
    assert (recorded["asof"], recorded["macd"], recorded["rsi"]) == (43377.375, 1.0, 0.0)
    assert (recorded["model"], recorded["binding"], recorded["spot"]) == (None, None, 1.5)
    assert range_boundaries(book["Journal"].tables["Journal"].ref)[3] - 19 == JOURNAL_ROWS


def test_help_lists_every_function_with_its_live_example(book: Workbook) -> None:
    """A function without help is a function nobody uses."""
    left, top, _, bottom = range_boundaries(book["Help"].tables["Functions"].ref)
    listed = [book["Help"].cell(row, left + 1).value for row in range(top + 1, bottom + 1)]
    assert sorted(listed) == sorted(REGISTRY)
    live = [name for where, (f, _) in formulas(book).items() if where.startswith("Help!") for name, _ in calls(f)]
    assert sorted(live) == sorted(REGISTRY)


def hyperlinks(book: Workbook) -> list[tuple[str, Any]]:
    """Sheet and link of every cell that has one."""
    cells = ((sheet.title, cell) for sheet in book for row in sheet.iter_rows() for cell in row)
    return [(where, cell.hyperlink) for where, cell in cells if cell.hyperlink]


def test_every_link_leads_to_a_cell_that_exists(book: Workbook) -> None:
    """A label that leads nowhere is worse than none; those of Morning lead to the cell the figure quotes."""
    links = hyperlinks(book)
    assert {"Morning", "Help", "Plan", "Scenarios"} <= {where for where, _ in links}
    for where, link in links:
        assert link.target is None
        if "!" in link.location:
            sheet, address = link.location.split("!")
            assert book[sheet][address.replace("$", "")].value is not None, (where, link.ref, link.location)
        else:
            assert link.location in book.defined_names
    quoted = {link.ref: link.location for where, link in links if where == "Morning"}
    for ref, location in quoted.items():
        figure = book["Morning"][ref].offset(column=1).value
        if isinstance(figure, str) and re.fullmatch(r"=[a-z_]+", figure):
            assert figure == f"={location}"
    labels = {str(book["Morning"][ref].value) for ref in quoted}
    composed = {"Strikes sold", "Break-evens", "2 Share of max loss", "Order value", "Held / model", "Profit-take"}
    assert composed <= labels, composed - labels


def test_links_of_morning_go_to_names(book: Workbook) -> None:
    """A name follows its cell to another place and another sheet; an address in a link stays what it was."""
    locations = [link.location for where, link in hyperlinks(book) if where == "Morning"]
    assert len(locations) > 70
    assert not [location for location in locations if "!" in location]


def test_a_function_name_in_a_section_leads_to_its_line_of_help(book: Workbook) -> None:
    """The reader of a block wants the arguments of the function that fills it."""
    texts = [(str(book[where][link.ref].value), link.location) for where, link in hyperlinks(book)]
    functions = [(text, location) for text, location in texts if text.startswith("ALVH_")]
    assert len(functions) >= 20
    for text, location in functions:
        where, address = book.defined_names[location].value.split("!")
        assert book[where][address.replace("$", "")].value == text


def test_no_link_is_an_address(book: Workbook) -> None:
    """Excel does not follow addresses in links: they lead nowhere once Help has another name, or a row more."""
    assert [link.location for _, link in hyperlinks(book) if "!" in link.location] == []


def test_headline_figures_say_what_they_mean_and_which_concept_they_are(book: Workbook) -> None:
    """A colleague who opens the file selects a figure and reads what it is; every text fits Excel's box."""
    messages = {str(rule.sqref): rule for rule in book["Morning"].data_validations.dataValidation}
    assert len(messages) >= 20
    plain = [MEANINGS[name] for name in ("checks_failed", "count_stale")]  # of the workbook, not of the method
    for rule in messages.values():
        assert rule.promptTitle
        assert len(rule.promptTitle) <= 32
        assert len(rule.prompt) <= 255
        assert re.search(r"C\d\d|[Mm]id", rule.prompt) or rule.prompt in plain, rule.prompt


def test_the_top_right_of_morning_is_free_for_the_buttons(book: Workbook) -> None:
    """The macro workbook puts Refresh and Export there, and refuses a sheet that has notes of its own."""
    sheet = book["Morning"]
    assert all(cell.value is None for row in sheet["F1:H2"] for cell in row)
    assert all(cell.comment is None for row in sheet.iter_rows() for cell in row)
    ((where, address),) = book.defined_names["host_note"].destinations
    note = book[where][address.replace("$", "")]
    assert (where, note.value, note.font.italic) == ("Morning", None, True)


def test_morning_prints_on_exactly_one_page(book: Workbook) -> None:
    """The page a trader pins up must not break."""
    setup = book["Morning"].page_setup
    assert (setup.fitToWidth in (1, None), setup.fitToHeight in (1, None)) == (True, True)


def test_every_typed_parameter_says_what_it_accepts(book: Workbook) -> None:
    """Who types a wrong number should have read the range before, not after."""
    rules = {str(rule.sqref): rule for rule in book["Inputs"].data_validations.dataValidation}
    for parameter in PARAMETERS:
        ((_, address),) = book.defined_names[parameter.name].destinations
        rule = rules[address.replace("$", "")]
        assert rule.promptTitle == parameter.name
        assert parameter.meaning in rule.prompt


def test_every_typed_cell_says_what_it_takes_and_refuses_the_rest(book: Workbook) -> None:
    """Whatever is unlocked can be mistyped: each cell has a message, and each number a range."""
    ranges = 0
    for sheet in book:
        covered: set[tuple[int, int]] = set()
        for rule in sheet.data_validations.dataValidation:
            assert rule.prompt or rule.showInputMessage is False, (sheet.title, rule.sqref)
            ranges += rule.type in ("decimal", "whole", "date")
            for area in rule.sqref.ranges:
                covered |= {cell for line in area.rows for cell in line}
        typed = {(c.row, c.column) for row in sheet.iter_rows() for c in row if c.protection.locked is False}
        assert typed <= covered, (sheet.title, sorted(typed - covered)[:5])
    assert ranges > 60


@pytest.mark.parametrize(("series", "value", "fits"), [
    ("Moves[move]", 60, True), ("Moves[move]", 61, False), ("Knots[share]", 1, True), ("Knots[share]", 15, False),
])  # fmt: skip
def test_a_range_refuses_a_percent_typed_as_a_whole_number(series: str, value: float, fits: bool) -> None:
    """15 typed for 15 % of W would be fifteen times the width."""
    rule = TYPED[series].rule("x")
    assert (rule["minimum"] <= value <= rule["maximum"]) is fits


@pytest.mark.parametrize(("series", "hidden"), [("vvix", "hedge_price"), ("spx_close", "expected_move")])
def test_a_missing_figure_stops_the_decision_and_is_named(tmp_path: Path, series: str, hidden: str) -> None:
    """A gap in the data must never pass as a zero: the banner names it, dependants are #N/A, nothing is ordered."""
    path = tmp_path / "missing.xlsx"
    new(path, without(read_sample(), series))
    headline, unfit, value, hold, order = named(path, "headline", "required_unfit", hidden, "hold", "order_quantity")
    assert headline.startswith("NO DECISION")
    assert unfit == series
    assert (value, hold, order) == ("#N/A", "#N/A", "#N/A")


def test_a_missing_figure_leaves_no_false_zero_on_the_morning_sheet(tmp_path: Path) -> None:
    """A spill that shrinks to one error leaves blank cells behind, which a plain reference would read as 0."""
    complete, missing = tmp_path / "complete.xlsx", tmp_path / "missing.xlsx"
    new(complete, read_sample())
    new(missing, without(read_sample(), "spx_close"))
    before, after = (load(path, values=True)["Morning"] for path in (complete, missing))
    for row in after.iter_rows():
        for cell in row:
            if cell.value == 0 and not isinstance(cell.value, bool):
                assert before[cell.coordinate].value in (0, None), cell.coordinate
            if isinstance(cell.value, str) and cell.value.startswith("#"):
                assert cell.value == "#N/A", cell.coordinate


def test_a_held_hedge_is_counted_and_valued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held must reduce the order, contract for contract, and enter the book that is stressed."""
    from alvh_xl.workbook.sheets import position

    expiry = read_sample().curve.column("expiry")[1]
    leg = ("", "hedge", "VIX", "C", 15, expiry, "AM", None, 4, None, None, 1.5, None)
    monkeypatch.setattr(position, "HELD", (leg,))
    path = tmp_path / "held.xlsx"
    new(path, read_sample())
    held, hold, order, headline = named(path, "held", "hold", "order_quantity", "headline")
    assert (held, hold, order) == (4, 6, 2)
    assert headline.endswith("BUY 2")

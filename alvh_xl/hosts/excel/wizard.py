"""What Excel's Function Wizard shows of a cell function: argument names VBA allows, and texts within its limits."""

from __future__ import annotations

from typing import Final

from alvh_xl.functions.registry import FunctionSpec, Parameter

TEXT_LIMIT: Final = 255  # characters of a description or of an argument's text
ARGUMENT_LIMIT: Final = 60  # arguments of a VBA procedure

# Every word that [MS-VBAL] 3.3.5.2 reserves, in lower case: none may name an argument. The last line is no such word,
# but LibreOffice takes it for one, and would then answer every macro and function of the file with nothing.
_RESERVED_WORDS: Final = """
call case close const declare defbool defbyte defcur defdate defdbl defint deflng deflnglng deflngptr defobj defsng
defstr defvar dim do else elseif end endif enum erase event exit for friend function get global gosub goto if
implements input let lock loop lset next on open option print private public put raiseevent redim resume return
rset seek select set static stop sub type unlock wend while with write
rem any as byref byval each in new shared until withevents optional paramarray preserve spc tab then to
addressof and eqv imp is like mod not or typeof xor
abs cbool cbyte ccur cdate cdbl cdec cint clng clnglng clngptr csng cstr cvar cverr date debug doevents fix int len
lenb me pset scale sgn string array circle inputb lbound ubound
boolean byte currency double integer long longlong longptr single variant
true false nothing empty null
attribute lineinput vb_base vb_control vb_creatable vb_customizable vb_description vb_exposed vb_ext_key
vb_globalnamespace vb_helpid vb_invoke_func vb_invoke_property vb_invoke_propertyput vb_invoke_propertyputref
vb_memberflags vb_name vb_predeclaredid vb_procdata vb_templatederived vb_usermemid vb_vardescription
vb_varhelpid vb_varmemberflags vb_varprocdata vb_varusermemid
cdecl decimal defdec
output
"""
FORBIDDEN: Final = frozenset(_RESERVED_WORDS.split())

# VBA sources are read in the code page of the user's system: only ASCII is the same in all of them.
_ASCII: Final = str.maketrans(
    {
        "±": "+/-", "²": "^2", "³": "^3", "·": "*", "×": "x", "–": "-", "—": "-", "−": "-", "…": "...", "√": "sqrt ",
        "≤": "<=", "≥": ">=", "≈": "~", "→": "->", "∞": "infinity", "½": "1/2", "’": "'", "‘": "'", "“": '"', "”": '"',
        "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Π": "Product ", "Σ": "Sum ", "Φ": "Phi", "α": "alpha", "β": "beta",
        "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta", "κ": "kappa",
        "λ": "lambda", "μ": "mu", "ν": "nu", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "χ": "chi",
        "ω": "omega", "ᵢ": "_i", "₀": "0", "₁": "1", "₂": "2", "₃": "3", "é": "e", "ö": "o", "ü": "u", "\u00a0": " ",
    }
)  # fmt: skip


def ascii_text(text: str) -> str:
    """Text in ASCII, mathematical signs and Greek letters written out; a sign not provided for raises ValueError."""
    plain = " ".join(text.translate(_ASCII).split())
    plain.encode("ascii")
    return plain


def argument_name(name: str) -> str:
    """Name of an argument in VBA: ours, with an underscore where VBA does not allow the word."""
    return f"{name}_" if name.lower() in FORBIDDEN else name


def function_text(spec: FunctionSpec) -> str:
    """Describe a function: what it answers, how, and how far to trust it."""
    text = spec.documentation
    return _within(ascii_text(spec.summary), ascii_text(text.formula), f"{ascii_text(spec.status)}.")


def argument_text(parameter: Parameter) -> str:
    """Describe an argument: its meaning, unit, default and domain, as far as there is room."""
    optional = "" if parameter.required else "Optional."
    details = [parameter.unit and f"Unit: {parameter.unit}.", optional, f"Domain: {parameter.kind.domain}."]
    return _within(ascii_text(parameter.text) or parameter.name, *map(ascii_text, details))


def _within(first: str, *more: str) -> str:
    """Join the sentences that fit whole; cut only the first, behind a word."""
    if len(first) > TEXT_LIMIT:
        return first[: TEXT_LIMIT - 3].rsplit(" ", 1)[0] + "..."
    for sentence in more:
        if sentence and len(first) + 1 + len(sentence) <= TEXT_LIMIT:
            first += f" {sentence}"
    return first

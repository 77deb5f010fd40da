"""What control words mean for a plain text. A word that is not here and not defined is shown as it is."""

from __future__ import annotations

ANSWERS = {
    "answerYes": "[Yes]",
    "answerNo": "[No]",
    "answerNA": "[N/A]",
    "answerPartial": "[Partial]",
    "answerTODO": "[TODO]",
    "justificationTODO": "[TODO]",
}
"""Macros of the style files of NeurIPS since 2021 and of their descendants. Authors who define them anew mean
the same by them."""

HEADINGS = frozenset(
    [
        "part",
        "chapter",
        "section",
        "subsection",
        "subsubsection",
        "paragraph",
        "subparagraph",
        "checksubsection",
    ]
)
"""`\\checksubsection` is AAAI's, in ReproducibilityChecklist.tex."""

INCLUDING = frozenset(["input", "include", "subfile", "import", "subimport", "InputIfFileExists"])

TEXTS = {
    "ldots": "…",
    "dots": "…",
    "textellipsis": "…",
    "slash": "/",
    "textasciitilde": "~",
    "textbackslash": "\\",
    "textendash": "–",
    "textemdash": "—",
    "textquotesingle": "'",
    "textunderscore": "_",
    "checkmark": "✓",
    "LaTeX": "LaTeX",
    "TeX": "TeX",
    "S": "§",
    "P": "¶",
    "ss": "ß",
    "o": "ø",
    "O": "Ø",
    "l": "ł",
    "L": "Ł",
    "ae": "æ",
    "AE": "Æ",
    "aa": "å",
    "AA": "Å",
    "i": "ı",
    "times": "×",
    "pm": "±",
    "leq": "≤",
    "le": "≤",
    "geq": "≥",
    "ge": "≥",
    "approx": "≈",
    "sim": "~",
    "cdot": "·",
    "bullet": "•",
    "rightarrow": "→",
    "to": "→",
    "newline": "\n",
    "linebreak": "\n",
    "par": "\n\n",
    "tabularnewline": "\n",
    "quad": " ",
    "qquad": " ",
    "space": " ",
    "enspace": " ",
    "thinspace": " ",
    "nobreakspace": " ",
    "newpage": "\n\n",
    "clearpage": "\n\n",
}

DINGBATS = {"51": "✓", "52": "✔", "55": "✗", "56": "✘"}
"""`\\ding{51}` of pifont, by the table of Zapf Dingbats."""

SKIPPED = {
    "label": 1,
    "vspace": 1,
    "hspace": 1,
    "color": 1,
    "textcolor": 1,
    "colorbox": 1,
    "fcolorbox": 2,
    "definecolor": 3,
    "colorlet": 2,
    "href": 1,
    "hyperref": 0,
    "hypersetup": 1,
    "setcounter": 2,
    "addtocounter": 2,
    "newcounter": 1,
    "refstepcounter": 1,
    "stepcounter": 1,
    "setlength": 2,
    "addtolength": 2,
    "settowidth": 2,
    "includegraphics": 1,
    "thispagestyle": 1,
    "pagestyle": 1,
    "addcontentsline": 3,
    "fontsize": 2,
    "bibliographystyle": 1,
    "bibliography": 1,
    "addbibresource": 1,
    "pagenumbering": 1,
    "phantomsection": 0,
    "newenvironment": 3,
    "renewenvironment": 3,
    "newtheorem": 2,
    "newif": 0,
    "begin": 1,
    "rule": 2,
    "makebox": 0,
    "raisebox": 1,
    "resizebox": 2,
    "scalebox": 1,
    "footnotemark": 0,
    "citestyle": 1,
    "graphicspath": 1,
    "ifyespoints": 0,
    "normalcolor": 0,
}
"""How many arguments are left out after a word, with the word itself. The others stay as text."""

_SILENT = """
textbf textit texttt textsf textsc textrm textnormal textmd textup textsl emph underline uline text
mbox fbox hbox mathrm mathbf mathit mathsf mathtt boldsymbol bm bf it tt sf sc rm sl em bfseries
itshape ttfamily sffamily scshape rmfamily normalfont mdseries upshape slshape tiny scriptsize
footnotesize small normalsize large Large LARGE huge Huge centering raggedright raggedleft noindent
indent smallskip medskip bigskip hfill vfill hrule sloppy fussy url path nolinkurl ref eqref autoref
cref Cref pageref nameref cite citep citet citealp citealt citeauthor citeyear parencite textcite
footcite footnote ensuremath protect leavevmode relax ignorespaces unskip xspace noalign nobreak
allowbreak pagebreak nopagebreak maketitle tableofcontents appendix item frenchspacing makeatletter
makeatother begingroup endgroup bgroup egroup hspace null strut boldmath left right big Big bigl
bigr Bigl Bigr displaystyle textstyle string detokenize fi else iftrue hl soul st textsuperscript
textsubscript mathcal mathbb operatorname enskip singlespacing onehalfspacing doublespacing
flushbottom raggedbottom onecolumn twocolumn newblock ack
"""
SILENT = frozenset(_SILENT.split())
"""Words that leave what stands after them as it is."""

KNOWN = (
    frozenset(ANSWERS) | HEADINGS | INCLUDING | frozenset(TEXTS) | frozenset(SKIPPED) | SILENT | {"question"}
)
"""Words that a document's own definitions do not change here."""

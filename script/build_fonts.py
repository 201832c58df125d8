"""Build the portal's fonts from OFL packages; web pages and PDFs use the same files.

    npm install --ignore-scripts @fontsource/noto-sans-arabic @fontsource/noto-naskh-arabic \\
        @fontsource/source-sans-3 @fontsource/source-serif-4
    pip install fonttools brotli uharfbuzz
    python script/build_fonts.py node_modules static/vendor/fonts

The built files are committed, so that nobody needs Node or a compiler to run or test. The same
packages give the same bytes; update ``static/vendor/VENDOR.json`` when they change.

Besides cutting the faces to the letters we write, two things are done to the Arabic ones:

* Noto draws a dotted letter as two glyphs, skeleton and dots. A PDF maps text per glyph, so such
  a PDF cannot be searched, copied or read aloud. Here every letter gets one glyph of its own per
  joining form, drawn from the same parts; lam-alef stays two glyphs.
* A space is added, so that a PDF never borrows one from another face; and an empty glyph, which
  ``portal/pdf/reading.py`` puts after figures to keep their punctuation in place.

The family is renamed "Musharaka ..." because this is a modified version and "Source" is a reserved
name. Copyright strings and licences travel with the files.
"""

import io
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import uharfbuzz as hb
from fontTools import subset
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

ZWJ = "\u200d"
HAMZA = "\u0621"
SEEN = "\u0633"
SHADDA = "\u0651"
TANWIN_FATH = 0x064B  # almost always on a final alef
LAM = "\u0644"

# Letters of Arabic as written in the Maghreb, with those of local names: ڨ ڤ ڭ ݣ پ چ گ.
RIGHT_JOINING = [
    *(0x0622, 0x0623, 0x0624, 0x0625, 0x0627, 0x0629, 0x062F),
    *(0x0630, 0x0631, 0x0632, 0x0648, 0x0649, 0x0671),
]
DUAL_JOINING = [
    *(0x0626, 0x0628, *range(0x062A, 0x062F), *range(0x0633, 0x063B), *range(0x0641, 0x0648)),
    *(0x064A, 0x067E, 0x0686, 0x06A4, 0x06A8, 0x06AD, 0x06AF, 0x0763),
]
JOINING = RIGHT_JOINING + DUAL_JOINING
ALEFS = [0x0622, 0x0623, 0x0625, 0x0627, 0x0671]
NON_JOINING = [0x060C, 0x061B, 0x061F, 0x0621, 0x0640]
MARKS_ABOVE = [0x064B, 0x064C, 0x064E, 0x064F, 0x0651, 0x0652, 0x0670]
MARKS_BELOW = [0x064D, 0x0650]
MARKS_ON_SHADDA = [0x064B, 0x064C, 0x064E, 0x064F, 0x064D, 0x0650]
JOIN_CONTROLS = [0x200C, 0x200D, 0x200E, 0x200F]
# Drawn as nothing. Same code point as FIGURE_END in portal/pdf/reading.py.
FIGURE_END = 0x08AD
# Arabic-Indic figures with their percent, decimal and thousands signs: in a file of their own, which
# only a page that has some fetches.
EASTERN_FIGURES = list(range(0x0660, 0x066D))

FIGURES = [
    *(*range(0x20, 0x41), 0x5B, 0x5D, 0x5F, 0x7C, 0xA0, 0xAB, 0xB0, 0xB7, 0xBB, 0xD7),
    *(0x2013, 0x2014, 0x2019, 0x2022, 0x2026, 0x202F, 0x2212),
]
LETTERS = sorted(
    {*range(0x41, 0x7F), *range(0xA1, 0x100), 0x152, 0x153, 0x2018, 0x201C, 0x201D, 0x20AC} - set(FIGURES)
)
# What bold text and headings are written in: French, Spanish, Italian, German and English.
BOLD_LETTERS = [
    *(*range(0x41, 0x5B), *range(0x61, 0x7B), 0x2018, 0x201C, 0x201D, 0x20AC),
    *map(ord, "ÀÁÂÄÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÙÚÛÜàáâäæçèéêëìíîïñòóôöùúûüÿßŒœ"),
]
PAST_THE_EDGE = 20  # font units: more than a PDF rounds places by, less than a gap between words
THIN_SPACE, NARROW_NO_BREAK_SPACE = 0x2009, 0x202F
LATIN_FEATURES = ["ccmp", "kern", "liga", "locl", "mark", "mkmk", "tnum", "lnum"]
WEIGHT_NAMES = {400: "Regular", 600: "SemiBold", 700: "Bold"}
TABLES_OF_THE_SOURCE = ("GSUB", "GPOS", "GDEF", "HVAR", "STAT", "DSIG")


class Face(NamedTuple):
    """One file to build: where it comes from and what it is called."""

    package: str
    script: str
    weight: int
    family: str
    name: str
    chars: Sequence[int] = ()
    space: int = 0  # advance of the added space, in units of a 1000-unit em; for Arabic faces


FACES = [
    Face("noto-sans-arabic", "arabic", 400, "Sans", "sans-arab-400", space=260),
    Face("noto-sans-arabic", "arabic", 600, "Sans", "sans-arab-600", space=260),
    Face("noto-naskh-arabic", "arabic", 700, "Naskh", "naskh-arab-700", space=250),
    Face("noto-sans-arabic", "arabic", 400, "Sans", "sans-east-400", EASTERN_FIGURES),
    Face("noto-sans-arabic", "arabic", 600, "Sans", "sans-east-600", EASTERN_FIGURES),
    Face("noto-naskh-arabic", "arabic", 700, "Naskh", "naskh-east-700", EASTERN_FIGURES),
    Face("source-sans-3", "latin", 400, "Sans", "sans-latn-400", FIGURES + LETTERS),
    Face("source-sans-3", "latin", 600, "Sans", "sans-figs-600", FIGURES),
    Face("source-sans-3", "latin", 600, "Sans", "sans-latn-600", BOLD_LETTERS),
    Face("source-serif-4", "latin", 700, "Naskh", "naskh-figs-700", FIGURES),
    Face("source-serif-4", "latin", 700, "Naskh", "naskh-latn-700", BOLD_LETTERS),
    # For papers, which are not fetched over a slow network and cannot join two files into one face.
    Face("source-sans-3", "latin", 600, "Sans", "sans-whole-600", FIGURES + LETTERS),
    Face("source-serif-4", "latin", 700, "Naskh", "naskh-whole-700", FIGURES + LETTERS),
]


class Shaped(NamedTuple):
    """One glyph of a shaped run, in font units; x is counted from the left edge of the run."""

    glyph: str
    cluster: int
    x: int
    y: int
    advance: int


class Letter(NamedTuple):
    """A new glyph, with the text it was read from, so that its anchors can be read the same way."""

    glyph: str
    before: str
    after: str
    wanted: set[int]


def open_font(source: Path | io.BytesIO) -> TTFont:
    """The date inside a font is kept: with the date of the build, two builds would differ."""
    return TTFont(source, recalcTimestamp=False)


class ArabicFace:
    """An Arabic font whose letters are redrawn one glyph per joining form.

    Every measure is read back from the shaper run over the original font, so the new font places
    letters and marks where the original does.
    """

    def __init__(self, path: Path, space: int) -> None:
        font = open_font(path)
        font.flavor = None
        raw = io.BytesIO()
        font.save(raw)
        self.font = open_font(io.BytesIO(raw.getvalue()))
        self.shaper = hb.Font(hb.Face(raw.getvalue()))
        self.order = list(self.font.getGlyphOrder())
        self.cmap = self.font.getBestCmap()
        self.space = space
        self.drawn: dict[str, tuple] = {}
        self.rules: list[str] = []
        self.letters: list[Letter] = []

    def build(self) -> tuple[TTFont, list[int]]:
        """The redrawn font and the code points it covers."""
        substitutions = self.draw_letters()
        lam_alefs = self.draw_lam_alefs()
        self.define_marks()
        self.join_shadda()
        self.substitute(substitutions, lam_alefs)
        self.anchor_marks()
        self.kern()
        return self.assemble()

    def shape(self, text: str) -> list[Shaped]:
        """The glyphs of a text in visual order."""
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.direction, buffer.script, buffer.language = "rtl", "Arab", "ar"
        hb.shape(self.shaper, buffer)
        run, x = [], 0
        for info, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            name = self.order[info.codepoint]
            run.append(Shaped(name, info.cluster, x + at.x_offset, at.y_offset, at.x_advance))
            x += at.x_advance
        return run

    def width(self, text: str, wanted: set[int] | None = None) -> int:
        return sum(g.advance for g in self.shape(text) if wanted is None or g.cluster in wanted)

    def draw(self, name: str, parts: Iterable[tuple[str, int, int]], advance: int) -> None:
        pen = TTGlyphPen(self.font.getGlyphSet())
        for part, x, y in parts:
            pen.addComponent(part, (1, 0, 0, 1, x, y))
        self.drawn[name] = (pen.glyph(), advance)

    def draw_from(self, name: str, text: str, wanted: set[int], cede: int = 0) -> None:
        """Draw one glyph for the characters of a text at the wanted indexes.

        Args:
            cede: width left to an empty glyph that will stand at its left, in font units.
        """
        start, x, run = None, 0, []
        for g in self.shape(text):
            if g.cluster in wanted:
                start = x if start is None else start
                run.append(g)
            x += g.advance
        parts = [(g.glyph, g.x - start - cede, g.y) for g in run]
        self.draw(name, parts, sum(g.advance for g in run) - cede)

    def anchor(self, text: str, wanted: set[int], mark: int) -> tuple[int, int] | None:
        """Where the nominal glyph of a mark lands, from the left edge of the wanted run."""
        x, start, at = 0, None, None
        for g in self.shape(text):
            if g.cluster in wanted and start is None:
                start = x
            if g.glyph == self.cmap[mark]:
                at = (g.x, g.y)
            x += g.advance
        return (at[0] - start, at[1]) if at else None

    def draw_letters(self) -> dict[str, list[tuple[str, str]]]:
        """Draw each letter in its joining forms; tells which form replaces which, by feature."""
        # Isolated forms are read after a hamza: alone, Noto draws heh as an abbreviation.
        forms = {"isol": (HAMZA, ""), "init": ("", ZWJ), "medi": (ZWJ, ZWJ), "fina": (ZWJ, "")}
        substitutions: dict[str, list[tuple[str, str]]] = {"init": [], "medi": [], "fina": []}
        for code in JOINING:
            for form, (before, after) in forms.items():
                if code in RIGHT_JOINING and form in ("init", "medi"):
                    continue
                name, text = f"a{code:04X}.{form}", before + chr(code)
                self.draw_from(name, text + after, {len(before)})
                self.letters.append(Letter(name, text, after, {len(before)}))
                if form != "isol":
                    substitutions[form].append((f"a{code:04X}.isol", name))
        for code in NON_JOINING:
            self.draw_from(f"a{code:04X}.isol", chr(code), {0})
        self.letters.append(Letter("a0621.isol", HAMZA, "", {0}))
        return substitutions

    def draw_lam_alefs(self) -> list[tuple[str, str, str]]:
        """The drawing goes with the lam; the alef is an empty glyph with half the width."""
        ligatures = []
        for code in ALEFS:
            pair = LAM + chr(code)
            half = self.width(pair) // 2
            for form, before in (("init", ""), ("medi", ZWJ)):
                i = len(before)
                name = f"laa{code:04X}.{form}"
                self.draw_from(name, before + pair, {i, i + 1}, half)
                ligatures.append((f"a0644.{form}", f"a{code:04X}.fina", name))
            self.draw(f"a{code:04X}.laa", [], half)
            self.letters.append(Letter(f"a{code:04X}.laa", pair, "", {0, 1}))
        return ligatures

    def define_marks(self) -> None:
        for group, marks in (("TOP", MARKS_ABOVE), ("BOT", MARKS_BELOW)):
            probe = self.anchor(SEEN + chr(marks[-1]), {0}, marks[-1])
            for mark in marks:
                if at := self.anchor(SEEN + chr(mark), {0}, mark):
                    inset = self.usual_inset(mark)
                    self.draw(f"m{mark:04X}", [(self.cmap[mark], inset, 0)], 0)
                    x, y = probe[0] - at[0] + inset, probe[1] - at[1]
                    self.rules.append(f"markClass m{mark:04X} <anchor {x} {y}> @{group};")

    def usual_inset(self, mark: int) -> int:
        """How far from the left edge of its letter a mark usually lands, in font units.

        The mark is drawn that far inside its own glyph. So the glyph stands just beyond the letter, and
        who reads a PDF back by the places of glyphs finds the mark between that letter and the next.
        """
        usual = [letter for letter in self.letters if letter.glyph == "a0627.fina" or mark != TANWIN_FATH]
        landings = [self.anchor(ltr.before + chr(mark) + ltr.after, ltr.wanted, mark) for ltr in usual]
        xs = sorted(at[0] for at in landings if at)
        return xs[len(xs) // 2] + PAST_THE_EDGE

    def join_shadda(self) -> None:
        """A shadda with its vowel becomes one mark."""
        pairs = []
        shadda = self.anchor(SEEN + SHADDA, {0}, ord(SHADDA))
        top = self.anchor(SEEN + chr(MARKS_ABOVE[-1]), {0}, MARKS_ABOVE[-1])
        inset = self.usual_inset(ord(SHADDA))
        for mark in MARKS_ON_SHADDA:
            run = [g for g in self.shape(SEEN + SHADDA + chr(mark)) if g.advance == 0]
            if run:
                name = f"m0651{mark:04X}"
                parts = [
                    (g.glyph, g.x - shadda[0] + inset, g.y - shadda[1])
                    for g in run
                    if g.glyph != self.cmap[ord(SEEN)]
                ]
                self.draw(name, parts, 0)
                x, y = top[0] - shadda[0] + inset, top[1] - shadda[1]
                self.rules.append(f"markClass {name} <anchor {x} {y}> @TOP;")
                pairs.append((mark, name))
        self.rules.append("feature ccmp {")
        for mark, name in pairs:
            self.rules += [f"sub m0651 m{mark:04X} by {name};", f"sub m{mark:04X} m0651 by {name};"]
        self.rules.append("} ccmp;")

    def substitute(
        self,
        substitutions: dict[str, list[tuple[str, str]]],
        lam_alefs: list[tuple[str, str, str]],
    ) -> None:
        for form in ("fina", "medi", "init"):
            body = " ".join(f"sub {old} by {new};" for old, new in substitutions[form])
            self.rules.append(f"feature {form} {{ {body} }} {form};")
        lams = " ".join(f"sub {lam}' {alef} by {joined};" for lam, alef, joined in lam_alefs)
        alefs = " ".join(f"sub [{joined}] {alef}' by {alef[:5]}.laa;" for _, alef, joined in lam_alefs)
        self.rules.append(
            f"feature rlig {{ lookup LAM {{ lookupflag IgnoreMarks; {lams} }} LAM; "
            f"lookup ALEF {{ lookupflag IgnoreMarks; {alefs} }} ALEF; }} rlig;"
        )

    def anchor_marks(self) -> None:
        self.rules.append("feature mark {")
        for letter in self.letters:
            anchors = []
            for group, mark in (("TOP", MARKS_ABOVE[-1]), ("BOT", MARKS_BELOW[-1])):
                at = self.anchor(letter.before + chr(mark) + letter.after, letter.wanted, mark)
                if at:
                    anchors.append(f"<anchor {at[0]} {at[1]}> mark @{group}")
            if anchors:
                self.rules.append(f"pos base {letter.glyph} " + " ".join(anchors) + ";")
        self.rules.append("} mark;")

    def kern(self) -> None:
        """Kerning after letters that do not join to the left."""
        pairs = [
            pair
            for first in RIGHT_JOINING
            if first not in (0x0629, 0x0649)
            for form, before in (("isol", ""), ("fina", ZWJ))
            for pair in self.kern_after(first, form, before)
        ]
        if pairs:
            self.rules.append("feature kern { " + " ".join(pairs) + " } kern;")

    def kern_after(self, first: int, form: str, before: str) -> Iterable[str]:
        left = f"a{first:04X}.{form}"
        for second in JOINING:
            for next_form, after in [("isol", ""), ("init", ZWJ)][: 1 + (second in DUAL_JOINING)]:
                text = before + chr(first) + chr(second) + after
                right = f"a{second:04X}.{next_form}"
                real = self.width(text, {len(before), len(before) + 1})
                delta = real - self.drawn[left][1] - self.drawn[right][1]
                if abs(delta) > 8:
                    yield f"pos {left} {right} <{delta} 0 {delta} 0>;"

    def assemble(self) -> tuple[TTFont, list[int]]:
        font = self.font
        for tag in TABLES_OF_THE_SOURCE:
            if tag in font:
                del font[tag]
        self.draw("spacearab", [], self.space)
        self.draw("figureend", [], 0)
        font.setGlyphOrder(self.order + list(self.drawn))
        self.add_glyphs()
        table = self.character_map()
        for sub in font["cmap"].tables:
            if sub.isUnicode():
                sub.cmap = dict(table)
        font["maxp"].numGlyphs = len(font.getGlyphOrder())
        raw = io.BytesIO()
        font.save(raw)
        font = open_font(io.BytesIO(raw.getvalue()))
        rules = "languagesystem DFLT dflt; languagesystem arab dflt;\n" + "\n".join(self.rules)
        addOpenTypeFeaturesFromString(font, rules)
        return font, sorted(table)

    def add_glyphs(self) -> None:
        glyf, metrics = self.font["glyf"], self.font["hmtx"].metrics
        for name, (glyph, _advance) in self.drawn.items():
            glyf.glyphs[name] = glyph
        glyf.glyphOrder = self.font.getGlyphOrder()
        for name, (glyph, advance) in self.drawn.items():
            glyph.recalcBounds(glyf)
            metrics[name] = (advance, getattr(glyph, "xMin", 0) or 0)

    def character_map(self) -> dict[int, str]:
        table = {0x20: "spacearab", 0xA0: "spacearab", 0x202F: "spacearab", FIGURE_END: "figureend"}
        table |= {code: f"a{code:04X}.isol" for code in JOINING + NON_JOINING}
        marks = MARKS_ABOVE + MARKS_BELOW
        table |= {mark: f"m{mark:04X}" for mark in marks if f"m{mark:04X}" in self.drawn}
        return table | {code: self.cmap[code] for code in JOIN_CONTROLS if code in self.cmap}


def cut(font: TTFont, chars: Iterable[int], features: list[str]) -> None:
    options = subset.Options()
    options.layout_features, options.hinting, options.name_IDs = features, False, ["*"]
    options.notdef_outline = True
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=chars)
    subsetter.subset(font)


def narrow_space(font: TTFont) -> None:
    """The narrow no-break space of French is the thin space; without it a browser looks elsewhere."""
    for table in font["cmap"].tables:
        if table.isUnicode() and THIN_SPACE in table.cmap:
            table.cmap[NARROW_NO_BREAK_SPACE] = table.cmap[THIN_SPACE]


def rename(font: TTFont, face: Face) -> None:
    part = face.name.split("-")[1].title()
    style = WEIGHT_NAMES[face.weight]
    full = f"Musharaka {face.family} {part} {style}"
    names = font["name"]
    names.names = [r for r in names.names if r.nameID not in (1, 2, 3, 4, 6, 16, 17, 21, 22, 25)]
    texts = {1: f"Musharaka {face.family} {part}", 2: style, 3: full, 4: full, 6: full.replace(" ", "-")}
    for name_id, text in texts.items():
        names.setName(text, name_id, 3, 1, 0x409)


def build(face: Face, packages: Path, out: Path) -> int:
    """Build one file and put its licence beside it; returns the size in bytes."""
    package = packages / face.package
    source = package / "files" / f"{face.package}-{face.script}-{face.weight}-normal.woff2"
    if face.chars:
        font = open_font(source)
        narrow_space(font)
        cut(font, face.chars, LATIN_FEATURES)
    else:
        font, chars = ArabicFace(source, face.space).build()
        cut(font, chars, ["*"])
    rename(font, face)
    font.flavor = "woff2"
    dest = out / f"{face.name}.woff2"
    font.save(dest)
    shutil.copy(package / "LICENSE", out / f"OFL-{face.package}.txt")
    return dest.stat().st_size


def main(modules: str, out: str) -> None:
    """Build every face from ``modules`` (a node_modules folder) into the folder ``out``."""
    Path(out).mkdir(parents=True, exist_ok=True)
    total = 0
    for face in FACES:
        size = build(face, Path(modules) / "@fontsource", Path(out))
        total += size
        print(f"{size:6d}  {face.name}")
    print(f"{total:6d}  total")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: build_fonts.py NODE_MODULES OUT")
    main(*sys.argv[1:])

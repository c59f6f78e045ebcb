"""Compares the four files of a report with what the document says, number by number.

    report.py DOCUMENT.json FOLDER

Every number and every text of the document must stand in each file, read by a library that knows nothing of how it was
written. A workbook must hold the numbers of tables as numbers that show the same. The PDF is checked for what PDF/UA-1 asks
of a file and can be seen without a validator. Prints a line of JSON with counts; ends with 1 and a line each where they differ.
"""

import html.parser
import io
import json
import re
import sys
import zipfile
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import openpyxl
import pikepdf
import pypdf
from hwpx.document import HwpxDocument
from lxml import etree

faults: list[str] = []


def fault(text: str) -> None:
    faults.append(text)


def squeezed(text: str) -> str:
    """Text without spaces: files break lines where they like."""
    return re.sub(r"[\s\u00a0\u200b\u2060\ufeff]+", "", text)


def mark(sources: list[int]) -> str:
    return f"[{', '.join(map(str, sources))}]" if sources else ""


def paragraphs(document: dict) -> list[str]:
    """Everything that is said outside tables, as it reads."""
    out = [document["title"], document["system"], document["closing"]]
    out += [document["demo"]] if document["demo"] else []
    for name, value in document["head"]:
        out += [name, value]
    for block in document["blocks"]:
        kind, value = next(iter(block.items()))
        if kind == "heading":
            out.append(value)
        elif kind == "point":
            said = ""
            for run in value[1]:
                if "words" in run:
                    said += run["words"]
                else:
                    said += run["number"]["text"] + mark([run["number"]["source"]])
            out.append(said)
        elif kind == "figure":
            out.append(value[0]["title"])
    return out


def tables(document: dict) -> list[dict]:
    out = []
    for block in document["blocks"]:
        kind, value = next(iter(block.items()))
        if kind == "table":
            out.append(value)
        elif kind == "figure":
            out.append(value[1])
    return out


def cell(of) -> str:
    if of == "missing":
        return "–"
    if "number" in of:
        return of["number"]["text"]
    return of["words"][0] + mark(of["words"][1])


def numbers(document: dict) -> list[str]:
    out = []
    for block in document["blocks"]:
        kind, value = next(iter(block.items()))
        if kind == "point":
            out += [run["number"]["text"] for run in value[1] if "number" in run]
    for table in tables(document):
        out += [of["number"]["text"] for row in table["rows"] for of in row if isinstance(of, dict) and "number" in of]
    return out


def holds(name: str, document: dict, text: str, rows: bool = True) -> int:
    """Whether a text holds all that the document says, rows of tables on a line where wanted; how many numbers it was asked for."""
    text = squeezed(text)
    for said in paragraphs(document):
        if squeezed(said) not in text:
            fault(f"{name}: does not say {said!r}")
    for table in tables(document):
        if squeezed(table["caption"]) not in text:
            fault(f"{name}: lacks the table {table['caption']!r}")
        for row in table["rows"]:
            line = "".join(squeezed(cell(of)) for of in row)
            if rows and line not in text:
                fault(f"{name}: lacks the row {[cell(of) for of in row]}")
    for source in document["sources"]:
        for key in ("what", "place", "when", "how", "error"):
            if squeezed(source[key]) not in text:
                fault(f"{name}: lacks of a source {source[key]!r}")
    return len(numbers(document))


class Reader(html.parser.HTMLParser):
    """Text of a page, and the cells of its tables."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.tables, self.row, self.open, self.tags = "", [], None, False, set()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.open = tag not in ("style", "title") and (self.open or tag == "body")
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.row = []
        elif tag in ("td", "th") and self.row is not None:
            self.row.append("")
            if tag == "th" and dict(attributes).get("scope") not in ("row", "col"):
                fault("html: a heading of a table has no scope")

    def handle_endtag(self, tag):
        if tag == "tr" and self.row is not None:
            self.tables[-1].append(self.row)
            self.row = None

    def handle_data(self, data):
        if self.open:
            self.text += data
            if self.row:
                self.row[-1] += data


def of_html(path: Path, document: dict) -> int:
    reader = Reader()
    text = path.read_text("utf-8")
    reader.feed(text)
    if reader.tags & {"script", "iframe", "object", "link", "img"} or re.search(r"https?://(?!www\.w3\.org/2000/svg)", text):
        fault("html: holds a script, or something from elsewhere")
    for table in tables(document):
        rows = [[cell(of) for of in row] for row in table["rows"]]
        if not any(found[1:] == rows for found in reader.tables):
            fault(f"html: no table has the rows of {table['caption']!r}")
    return holds("html", document, reader.text)


def of_pdf(path: Path, document: dict) -> int:
    text = "".join(page.extract_text() or "" for page in pypdf.PdfReader(path).pages)
    # Numbers of pages stand between the lines of a paragraph that goes on overleaf.
    text = re.sub(r"\n- \d+ -(\n|$)", "\n", text)
    count = holds("pdf", document, text, rows=False)
    squeezed_text = squeezed(text)
    for number in numbers(document):
        if squeezed(number) not in squeezed_text:
            fault(f"pdf: lacks the number {number!r}")
    accessible(path)
    return count


def accessible(path: Path) -> None:
    """What PDF/UA-1 (ISO 14289-1) asks and a file shows by itself."""
    with pikepdf.open(path) as pdf:
        root = pdf.Root
        if not root.get("/MarkInfo", {}).get("/Marked"):
            fault("pdf: is not marked as tagged")
        if "/Lang" not in root:
            fault("pdf: has no language")
        if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
            fault("pdf: does not show its title")
        xmp = bytes(root.Metadata.read_bytes()).decode("utf-8")
        if not re.search(r"pdfuaid:part(>|=\")1", xmp) or "dc:title" not in xmp:
            fault("pdf: its metadata do not say PDF/UA-1 and a title")
        kinds: dict[str, int] = {}

        def walk(node, depth=0):
            if isinstance(node, pikepdf.Array):
                for child in node:
                    walk(child, depth)
                return
            if not isinstance(node, pikepdf.Dictionary) or "/S" not in node:
                return
            kind = str(node.S)
            kinds[kind] = kinds.get(kind, 0) + 1
            if kind == "/Figure" and not str(node.get("/Alt", "")):
                fault("pdf: a figure has no words for who cannot see it")
            if kind == "/TH":
                attributes = node.get("/A", [])
                attributes = attributes if isinstance(attributes, pikepdf.Array) else [attributes]
                if not any("/Scope" in a for a in attributes):
                    fault("pdf: a heading of a table has no scope")
            if "/K" in node and depth < 200:
                walk(node.K, depth + 1)

        walk(root.StructTreeRoot.K)
        for kind in ("/H1", "/P", "/Table", "/TR", "/TH", "/TD", "/Figure", "/Link"):
            if kind not in kinds:
                fault(f"pdf: its structure has no {kind}")
        for page in pdf.pages:
            tagged(page)
            fonts = page.get("/Resources", {}).get("/Font", {})
            for font in fonts.values():
                inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
                descriptor = inner.get("/FontDescriptor", {})
                if not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
                    fault("pdf: a font is not embedded")
                if "/ToUnicode" not in font:
                    fault("pdf: a font does not say what its letters are")
        print(json.dumps({"structure": kinds, "pages": len(pdf.pages)}))


def tagged(page) -> None:
    """All text stands within marked content: a part of the structure, or an artefact."""
    depth = 0
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BDC", "BMC"):
            depth += 1
        elif name == "EMC":
            depth -= 1
        elif name in ("Tj", "TJ", "'", '"') and depth == 0:
            fault("pdf: text stands outside of any tag")
            return


def shown(value, form: str) -> str:
    """How a number is shown by the format of its cell, without its unit."""
    percent = form.rstrip().endswith("%")
    form = form.split(";")[0]
    decimals = len(re.search(r"0(?:\.(0+))?", form).group(1) or "")
    number = Decimal(repr(value)) * (100 if percent else 1)
    number = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = f"{abs(number):,}" if "," in form or percent else f"{abs(number)}"
    sign = "+" if "+" in form and number >= 0 else "−" if number < 0 else ""
    return sign + text


def of_xlsx(path: Path, document: dict) -> int:
    book = openpyxl.load_workbook(path)
    text, charts = "", 0
    for sheet in book.worksheets:
        charts += len(sheet._charts)
        for row in sheet.iter_rows():
            for one in row:
                if one.data_type == "f":
                    fault(f"xlsx: {sheet.title}!{one.coordinate} is a formula")
                if isinstance(one.value, str):
                    text += one.value + "\n"
    flat = squeezed(text)
    for said in paragraphs(document):
        if squeezed(said) not in flat:
            fault(f"xlsx: does not say {said!r}")
    for source in document["sources"]:
        if any(squeezed(source[key]) not in flat for key in ("what", "place", "when", "how")):
            fault(f"xlsx: lacks the source {source}")
    count = len([1 for block in document["blocks"] if "point" in block for run in block["point"][1] if "number" in run])
    sheets = iter(book.worksheets[1:])
    for table in tables(document):
        sheet = next(sheets)
        if sheet["A1"].value != table["caption"]:
            fault(f"xlsx: the sheet {sheet.title} is not that of {table['caption']!r}")
        for at, row in enumerate(table["rows"]):
            for column, of in enumerate(row):
                one = sheet.cell(row=4 + at, column=column + 1)
                if isinstance(of, dict) and "number" in of:
                    count += 1
                    number = of["number"]
                    digits = re.match(r"[+−]?[\d,.]+", number["text"]).group(0)
                    if not isinstance(one.value, (int, float)):
                        fault(f"xlsx: {sheet.title}!{one.coordinate} is no number: {one.value!r}")
                    elif shown(one.value, one.number_format).lstrip("+") != digits.lstrip("+"):
                        fault(
                            f"xlsx: {sheet.title}!{one.coordinate} shows {shown(one.value, one.number_format)}, "
                            f"the document {number['text']}"
                        )
                elif squeezed(str(one.value or "")) != squeezed(cell(of)):
                    fault(f"xlsx: {sheet.title}!{one.coordinate} says {one.value!r}, the document {cell(of)!r}")
    figures = len([1 for block in document["blocks"] if "figure" in block])
    if charts != figures:
        fault(f"xlsx: {charts} charts in the place of {figures}")
    return count


def of_hwpx(path: Path, document: dict) -> int:
    opened = HwpxDocument.open(path)
    if not opened.sections:
        fault("hwpx: has no section")
    text = ""
    with zipfile.ZipFile(path) as archive:
        if archive.read("mimetype") != b"application/hwp+zip":
            fault("hwpx: its type is another one")
        parts = [name for name in archive.namelist() if name.endswith((".xml", ".hpf"))]
        for name in parts:
            tree = etree.parse(io.BytesIO(archive.read(name)))
            if re.fullmatch(r"Contents/section\d+\.xml", name):
                text += "".join(t for node in tree.iter("{*}t") for t in node.itertext())
        charts = [name for name in archive.namelist() if re.fullmatch(r"Chart/chart\d+\.xml", name)]
    figures = len([1 for block in document["blocks"] if "figure" in block])
    if len(charts) != figures:
        fault(f"hwpx: {len(charts)} charts in the place of {figures}")
    return holds("hwpx", document, text)


def main() -> int:
    document = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    document = document.get("document", document)
    folder = Path(sys.argv[2])
    counts = {}
    for ending, read in (("html", of_html), ("pdf", of_pdf), ("xlsx", of_xlsx), ("hwpx", of_hwpx)):
        counts[ending] = read(next(folder.glob(f"*.{ending}")), document)
    if len(set(counts.values())) != 1:
        fault(f"the formats hold different counts of numbers: {counts}")
    for number in numbers(document):
        if not re.search(r"\d", number):
            fault(f"{number!r} is no number")
    for text in faults[:60]:
        print(text, file=sys.stderr)
    print(json.dumps({"numbers": counts, "faults": len(faults), "sources": len(document["sources"])}))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

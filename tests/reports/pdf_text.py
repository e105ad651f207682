"""Read the text of a PDF back in the order it was written, with pikepdf alone."""

import re

import pikepdf


def text_of(pdf):
    """Return the words of all pages, without the white space between them."""
    maps = {}
    out = []
    for page in pdf.pages:
        fonts = page.Resources.Font
        current = {}
        for instruction in pikepdf.parse_content_stream(page):
            operator = str(instruction.operator)
            if operator == "Tf":
                name = str(instruction.operands[0])
                current = maps.setdefault((fonts[name].objgen), _unicode(fonts[name]))
            elif operator in ("Tj", "TJ"):
                pieces = instruction.operands[0] if operator == "TJ" else instruction.operands
                out.extend(_decode(bytes(piece), current) for piece in pieces if isinstance(piece, pikepdf.String))
    return "".join("".join(out).split())


def _unicode(font):
    """Return what each two-byte code of ``font`` stands for."""
    found = {}
    for code, words in re.findall(rb"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]+)>", font.ToUnicode.read_bytes()):
        found[int(code, 16)] = bytes.fromhex(words.decode()).decode("utf-16-be", "replace")
    return found


def _decode(codes, table):
    return "".join(table.get(int.from_bytes(codes[n : n + 2]), "?") for n in range(0, len(codes), 2))

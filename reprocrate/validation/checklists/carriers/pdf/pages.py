"""Run by itself, with a PDF on its standard input: writes the text of its pages and the fields of its form.

PDFium (Chromium's reader, built without JavaScript and XFA) has the last word on what a page says. It is C++
that reads a stranger's bytes: so it runs alone, and what it takes is limited.
"""

from __future__ import annotations

import ctypes
import json
import sys
from typing import Any

MOST_PAGES = 300
MOST_SECONDS = 20
MOST_MEMORY = 2 << 30
_MOST_VALUE = 20_000


def main() -> None:
    """Read from standard input, write to standard output."""
    _limit()
    data = sys.stdin.buffer.read()
    sys.stdout.write(json.dumps(read(data)))


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows: only the wall clock of the caller limits it
        return
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(data: bytes) -> dict[str, Any]:
    """Pages and fields, or the reason why there are none."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "assword" in str(error) or "ecurity" in str(error)
        return {"problem": "it is encrypted" if locked else "it is damaged, or no PDF file"}
    count = len(document)
    if count > MOST_PAGES:
        return {"problem": f"it has {count} pages, and at most {MOST_PAGES} are read"}
    document.init_forms()
    pages, fields = [], {}
    for number in range(count):
        try:
            page = document[number]
            pages.append(page.get_textpage().get_text_bounded())
            fields.update(_fields(document, page))
        except pypdfium2.PdfiumError:
            pages.append("")
    return {"pages": pages, "fields": fields}


def _fields(document: Any, page: Any) -> dict[str, str]:
    """What was filled into the form on a page, by the names of its fields."""
    from pypdfium2 import raw

    if document.formenv is None:
        return {}
    form, found = document.formenv.raw, {}
    for index in range(raw.FPDFPage_GetAnnotCount(page.raw)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        if not annotation:
            continue
        kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
        name = _string(raw.FPDFAnnot_GetFormFieldName, form, annotation)
        if kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON):
            if raw.FPDFAnnot_IsChecked(form, annotation):
                found[name] = _string(raw.FPDFAnnot_GetFormFieldExportValue, form, annotation)
        elif kind in (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX):
            found[name] = _string(raw.FPDFAnnot_GetFormFieldValue, form, annotation)
        raw.FPDFPage_CloseAnnot(annotation)
    return {name: value for name, value in found.items() if name and value.strip("\0 ")}


def _string(ask: Any, form: Any, annotation: Any) -> str:
    size = min(ask(form, annotation, None, 0), 2 * _MOST_VALUE)
    buffer = ctypes.create_string_buffer(size + 2)
    from pypdfium2 import raw

    ask(form, annotation, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[:size].decode("utf-16-le", "replace").rstrip("\0")


if __name__ == "__main__":
    main()

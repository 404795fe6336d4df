"""Reading the PDFs that are made, as a reader's program does."""

import pypdfium2


def pages_of(content: bytes) -> list[str]:
    """The text of each page. PDFium: pypdf loses a font's text where it holds an emoji (7.1.0)."""
    with pypdfium2.PdfDocument(content) as document:
        return [page.get_textpage().get_text_range() for page in document]

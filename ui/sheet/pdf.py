"""SVG pages as a PDF, without a window: what `station report --sheet OUT.pdf` asks for."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from PyQt6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF
from PyQt6.QtGui import QGuiApplication, QPageSize, QPainter, QPdfWriter
from PyQt6.QtSvg import QSvgRenderer
from PyQt6.QtWidgets import QApplication

# Only rounding of places depends on it: all that is drawn are outlines.
_DPI = 1200


def pdf_of(pages: Sequence[str], title: str) -> bytes:
    """A PDF of A4 pages.

    Parameters
    ----------
    pages
        SVG documents in the shape of A4 upright.
    title
        Of the document.
    """
    # A machine without a display can make a file.
    if not any(os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QGuiApplication.instance() or QApplication(sys.argv[:1])
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setCreator("Edrum station")
    writer.setResolution(_DPI)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = QPainter(writer)
    for number, page in enumerate(pages):
        if number:
            writer.newPage()
        QSvgRenderer(QByteArray(page.encode())).render(painter)
    painter.end()
    buffer.close()
    del app
    return data.data()

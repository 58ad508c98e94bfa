"""The plain text of a text in HTML: what a reader sees, without tags, scripts and styles."""

import re
from collections.abc import Iterator

from lxml import etree, html

UNSEEN = frozenset({"script", "style", "head", "title", "template"})
TABLES = frozenset({"dd", "dl", "dt", "li", "ol", "table", "tr", "ul"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
PARTS = frozenset({"address", "article", "blockquote", "div", "footer", "form", "header", "hr", "p", "pre", "section"})
BLOCKS = TABLES | HEADINGS | PARTS
BLANKS = re.compile(r"[ \t\r\n\f]+")
TAG = re.compile(r"<[^<>]*>")
AROUND = re.compile(r"\s*\n\s*")


def plain_text(text: str) -> str:
    """The text without markup: a line for each block and line break; it never fails, whatever the markup is."""
    try:
        root = html.fromstring(f"<div>{text}</div>", parser=html.HTMLParser(no_network=True, encoding="utf-8"))
    except (etree.LxmlError, ValueError):  # ValueError: characters that no XML may have
        return text
    found = AROUND.sub("\n", "".join(seen(root))).strip()
    return found or TAG.sub("", text).strip()  # the parser gives up on what is nested too deep


def seen(root: html.HtmlElement) -> Iterator[str]:
    """The texts in the order in which they are read."""
    hidden = 0
    for event, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        is_start, name = event == "start", node.tag
        hidden += (is_start - (event == "end")) if name in UNSEEN else 0
        if name in BLOCKS or (name == "br" and is_start):
            yield "\n"
        words = node.text if is_start else node.tail
        if words and not hidden:
            yield BLANKS.sub(" ", words)

"""HTML as plain text: what a reader sees, and nothing that runs."""

import pytest

from hub.transport.markup import plain_text


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("<p>Internal <b>x</b></p>", "Internal x"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<p>one</p><p>two</p>\n<div>three</div>", "one\ntwo\nthree"),
        ("<style>p {}</style><script>alert(1)</script>你好&nbsp;&amp; &lt;b&gt;", "你好\xa0& <b>"),
        ("a < b and <unclosed", "a < b and"),
        ("  <ul><li>one</li><li>two</li></ul> ", "one\ntwo"),
        ("</script></p>text", "text"),
        ("", ""),
    ],
)
def test_html_is_read_as_a_person_sees_it(html: str, seen: str) -> None:
    assert plain_text(html) == seen


def test_deep_and_broken_markup_ends() -> None:
    assert plain_text("<div>" * 20_000 + "deep" + "<![" * 100).startswith("deep")
    assert plain_text("<" * 200_000) != ""

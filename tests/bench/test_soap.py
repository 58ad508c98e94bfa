"""A tiny round of the SOAP benchmark: it ends, and its table has every line and column. No time is asserted."""

from bench.soap import CASES, HEAD, Effort, measure, table


def test_both_sides_read_and_write_the_same_number_of_records() -> None:
    lines = list(measure(Effort(pairs=1, seconds=0.001)))
    assert [line[0] for line in lines] == list(CASES)
    assert all(len(line) == len(HEAD) for line in lines)
    assert table(lines).count("\n") == len(CASES) + 1

"""``python -m hub.cli``: the same program from a checkout."""

from hub.cli import main

main(prog_name="tickethub")

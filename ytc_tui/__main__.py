"""`python -m ytc_tui` is `ytc`."""

from ytc_tui.cli import main

main()

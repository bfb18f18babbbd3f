"""ytc-tui: a terminal supervisor for an intraday trading session run by agents."""

__version__ = "0.1.0"

"""ytc-tui: a terminal supervisor for an intraday trading session run by agents."""

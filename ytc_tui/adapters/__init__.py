"""Floor 4, the outside: venues, feeds, stores, transports, clock and notifiers behind the engine's ports."""

"""How a client in another process reaches the engine's door: HTTP over a Unix socket."""

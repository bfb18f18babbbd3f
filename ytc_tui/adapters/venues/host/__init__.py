"""The paper venue as a process of its own: what crosses its socket, the process's side, the engine's side."""

"""Read models: what people and programs are shown of a session, built from its journal alone."""

"""Parts that screens are made of; none knows what its content means."""

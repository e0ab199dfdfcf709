"""Why a person's pictures do not look like them: known facts in, the likeliest causes out. Pure."""

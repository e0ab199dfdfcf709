"""Which faces of a drawn picture a second pass makes better."""

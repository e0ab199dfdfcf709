"""Photo days: the rules of what is drawn, how long it takes, what is put aside and what comes first. Pure but for `looks`."""

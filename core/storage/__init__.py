"""Files and rows on disk: the library's database, moves, damaged records set aside, what a crash leaves."""

"""What the pack costs, each measurement beside a baseline of the same run; `python dev.py bench` prints the table."""

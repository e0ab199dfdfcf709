"""What the fields of our nodes offer, and what they say while something is going on."""

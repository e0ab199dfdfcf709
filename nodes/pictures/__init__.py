"""What nodes do with pictures and photos: their numbers, which photos stand for somebody, who is in what was saved."""

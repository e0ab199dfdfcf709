"""Characters: people, their photos and captions, the trash, archives of them."""

"""Downloads: files by HTTP and from the Hugging Face cache, checked."""

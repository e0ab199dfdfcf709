"""What would make a set of photos teach more: crops of its photos, as proposals."""

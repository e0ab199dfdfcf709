"""What makes a set of photos teach more: looking for crops."""

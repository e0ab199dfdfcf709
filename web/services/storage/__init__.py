"""What Isengard keeps on the disk: its folders, how much each thing takes, what can be freed, and whether there is room."""

"""What somebody meets in their first hour: which model suits this machine, and practice mode with what it leaves."""

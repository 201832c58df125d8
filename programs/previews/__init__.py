"""What the import screen shows before anything is saved: switches, the whole grid, differences."""

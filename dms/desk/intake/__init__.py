"""What comes in: claims, the watcher, the workers, and sheets of master data."""

"""Papers: what can be printed, in which copies, and having it made at once or by the worker."""

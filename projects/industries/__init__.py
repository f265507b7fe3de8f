"""Industries: the shared list, the words for it, and what a county adds of its own in versions."""

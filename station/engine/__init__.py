"""One take, live: the pure engine, its process, the ring."""

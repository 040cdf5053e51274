"""Sweeps: designs of many trials, the store that keeps them, and the life of a run of runs that may be cut short."""

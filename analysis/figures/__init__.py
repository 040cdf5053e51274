"""Figures: one file a figure; data in, Axes out."""

"""The model: a city, its rules, its days. Knows nothing of Hydra, plots or files of results."""

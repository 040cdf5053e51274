"""Everything that runs: the command line, settings, engines and stores; the only place that knows Hydra and Parquet."""

"""What a decision needs to know, computed once from the runs: the choice, who loses, what it costs, how it holds."""

"""Analysis: tables in; statistics, figures and documents out. It never runs the model."""

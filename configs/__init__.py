"""What a student reads first: one primary config a verb, and the groups it picks from."""

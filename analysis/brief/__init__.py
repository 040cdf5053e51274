"""The brief: one self-contained HTML file for the committee, in English or Chinese; `document.write_brief` writes it."""

"""Reports from a record: HTML and PDF. Nothing here measures, compares with a limit, or opens a model or data."""

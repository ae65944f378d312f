"""From the files that a user writes and holds to data sets: specifications, tables, rows, transforms."""

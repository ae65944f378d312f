"""The seal: one signed statement over the bytes of an audit's files, and what an outsider needs to check it."""

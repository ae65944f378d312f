"""The archive: an append-only store of audits whose log can prove that nothing was dropped or rewritten."""

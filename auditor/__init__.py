"""auditor: audits trained LSTM models against a policy and seals what it found."""

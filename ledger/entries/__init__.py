"""The only code that writes money: drafts, posting, evidence, doubts, claims and notices."""

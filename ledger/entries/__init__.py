"""The only writers of money: drafts, submission, posting, evidence, doubts, claims and notices."""

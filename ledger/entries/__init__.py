"""The only code that writes money: drafts, submission, posting, evidence, doubts, claims and
notices.
"""

"""The meeting: speakers, pledges and the big screen."""

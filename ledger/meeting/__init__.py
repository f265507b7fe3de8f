"""What a meeting needs: speakers, pledges and the big screen."""

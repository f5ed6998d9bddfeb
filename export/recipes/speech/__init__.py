"""Speech: from recordings and made-up voices to a streaming model of letters."""

"""The dashboard and the card in the browser: their JavaScript, and the data that they show."""

"""Seeds: those given, those that generators really got, and what decides what they are worth."""

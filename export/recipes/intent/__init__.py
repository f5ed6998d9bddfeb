"""The intent family: intents and slots of typed commands."""

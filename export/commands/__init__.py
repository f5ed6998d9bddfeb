"""The verbs that need the training side: `edge train` and `edge export`."""

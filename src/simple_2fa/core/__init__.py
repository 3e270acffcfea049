"""The pure part: values and rules without SQL, HTTP, Flask or a clock of their own."""

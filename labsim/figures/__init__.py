"""Values turned into SVG text by plain arithmetic, each picture with a text that says as much."""

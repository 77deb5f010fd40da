"""Reports in the formats of other programs: SARIF, JUnit, GitHub's annotations, Markdown."""

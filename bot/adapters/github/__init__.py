"""GitHub through its REST interface: pull requests, issues, runs. Importing PyGithub takes half a second."""

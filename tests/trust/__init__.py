"""The promises of docs/trust.md, each as a check with a figure and a fault that it must catch."""

"""What scripts/command-pages writes, a module a form."""

"""The composition root: the only place that calls constructors; a module for each set of parts."""

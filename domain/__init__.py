"""Rules of the study. Standard library only; no clock, no I/O."""

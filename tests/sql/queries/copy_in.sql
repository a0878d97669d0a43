-- One row per line: a number.

copy numbers (n) from stdin

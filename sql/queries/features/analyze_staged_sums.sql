-- A new temporary table has no statistics, and the next joins depend on them.

analyze staged_sums

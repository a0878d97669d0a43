-- Statistics of raw_db.ratings now, not when autovacuum finds the time: the first queries follow at once.

analyze raw_db.ratings

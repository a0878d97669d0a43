-- raw_db.ratings: the index of its key, in one sort. Readers go on meanwhile.

create unique index ratings_pkey on raw_db.ratings (rating_id)

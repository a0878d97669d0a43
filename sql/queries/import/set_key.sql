-- raw_db.ratings: the index built last is its key; a short lock.

alter table raw_db.ratings add constraint ratings_pkey primary key using index ratings_pkey

-- raw_db.ratings: the rows of thin_archive, as binary COPY.

copy raw_db.ratings from stdin with (format binary)

-- raw_db.ratings_by_person: filters of the pages that have none yet, so that the search for a person reads few.

select brin_summarize_new_values('raw_db.ratings_by_person') as n_ranges

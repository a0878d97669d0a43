-- ops_db: what the server writes: posted ratings, feedback, hidden movies, erasures, requests of every kind.

select 1;

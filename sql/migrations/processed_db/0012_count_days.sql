-- processed_db: ratings by movie and day, for what is popular and what is rising.

select 1;

-- One row: how many numbers there are.

select count(*) as n from numbers

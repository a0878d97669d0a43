-- One row per number, in order.

select n from numbers order by n

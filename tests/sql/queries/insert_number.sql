-- One number.
--
-- $1  n  bigint

insert into numbers (n) values ($1)

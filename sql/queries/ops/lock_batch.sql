-- Holds back every other stage that would work on batch $1 until this transaction ends.
--
-- $1  batch_id  integer
--
-- "no key": rows that refer to the batch can still be written meanwhile.

select batch_id from ops_db.batches where batch_id = $1 for no key update

-- This transaction's commit does not wait for the disk: a chunk that a power cut takes away is copied again.

select set_config('synchronous_commit', 'off', true)

-- Memory for the indexes that this transaction builds; two workers share it.

select set_config('maintenance_work_mem', '512MB', true)

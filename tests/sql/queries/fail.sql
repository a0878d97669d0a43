-- Fails: there is no such table.

insert into no_such_table values (1)

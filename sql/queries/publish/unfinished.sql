-- One row per publication that was begun and neither finished nor undone.

select publication_id, snapshot, sha256 from ops_db.publications where status = 'publishing' order by publication_id

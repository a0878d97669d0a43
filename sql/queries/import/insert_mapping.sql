-- raw_db.source_mappings: one row per source whose columns the manifest maps.
--
-- $1  source_id    integer
-- $2  as_written   text              JSON
-- $3  is_implicit  boolean
-- $4  scale_min    double precision  null: ratings are on the scale of the lake
-- $5  scale_max    double precision

insert into raw_db.source_mappings (source_id, as_written, is_implicit, scale_min, scale_max)
values ($1, $2::text::jsonb, $3, $4, $5)

-- One row per version and variant with feedback since a time, and one per variant alone (version_known is false): what
-- was shown, what of it was clicked and hidden, and how many people that was.
--
-- $1  since  timestamptz
--
-- A movie of a list counts as shown once: by its impression, or by the click on it where that alone was sent.

with shown as (
  select
    version, variant, user_id,
    bool_or(event in ('impression', 'click')) as is_shown,
    bool_or(event = 'click') as is_clicked,
    bool_or(event = 'hide') as is_hidden
  from ops_db.feedback
  where occurred_at >= $1::timestamptz
  group by rec_id, movie_id, user_id, version, variant
)
select
  grouping(version) = 0 as version_known, version, variant,
  count(*) filter (where is_shown) as impressions,
  count(*) filter (where is_clicked) as clicks,
  count(*) filter (where is_hidden) as hides,
  count(distinct user_id) as n_people
from shown
group by grouping sets ((version, variant), (variant))
order by version_known desc, version, variant

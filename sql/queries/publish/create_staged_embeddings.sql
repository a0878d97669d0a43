-- staged_embeddings: one row per vector that a day changes; gone when its transaction ends.

create temporary table staged_embeddings (
  version    text not null,
  id         integer not null,
  embedding  real[] not null
) on commit drop

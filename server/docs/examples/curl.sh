# What should user 1 watch next? Add filters as you like.
curl --silent --fail 'http://127.0.0.1:8000/users/1/recommendations?n=3&genres=Comedy,Drama&year_from=1950'

# Why these? Each movie names the rated ones that pulled it up.
curl --silent --fail 'http://127.0.0.1:8000/users/1/recommendations?n=3&explain=true'

# Less of the same: diversity from 0 (by score alone) to 1 (by difference alone); and never these two.
curl --silent --fail 'http://127.0.0.1:8000/users/1/recommendations?n=5&diversity=0.5&exclude=50,60'

# Why is this movie not on the list?
curl --silent --fail 'http://127.0.0.1:8000/users/1/why-not/50'

# Somebody without an account: a few ratings are folded in, and kept nowhere.
curl --silent --fail 'http://127.0.0.1:8000/recommend' \
  --json '{"ratings": [{"movie_id": 50, "rating": 5}, {"movie_id": 60, "rating": 2}], "top_n_final": 5}'

# Rate a movie. It is on disk before the answer, and gone from the next list. Sent twice, it counts once.
curl --silent --fail 'http://127.0.0.1:8000/ratings' --header 'idempotency-key: rating-1-50' \
  --json '{"user_id": 1, "movie_id": 50, "rating": 4.5}'

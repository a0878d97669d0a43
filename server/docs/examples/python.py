"""Lists, ratings and feedback with nothing but Python's own library."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

SERVER = "http://127.0.0.1:8000"
KEY = None  # Where the server wants one: "…"


def ask(path, body=None):
    """The answer to GET, or to POST when there is a body. Problems are raised with what the server says."""
    headers = {"authorization": f"Bearer {KEY}"} if KEY else {}
    if body is not None:
        headers["content-type"] = "application/json"
    data = None if body is None else json.dumps(body).encode()
    try:
        with urlopen(Request(SERVER + path, data, headers)) as answer:
            return json.load(answer)
    except HTTPError as error:
        raise RuntimeError(json.load(error)["detail"]) from error


# A list, and what made it.
movies = ask("/users/1/recommendations?n=5")
print(movies["source"], movies["model_version"])
for movie in movies["items"]:
    print(movie["rank"], movie["title"], movie["score"])

# Somebody without an account: a few ratings are folded in, and kept nowhere.
guest = ask("/recommend", {"ratings": [{"movie_id": 50, "rating": 5}], "top_n_final": 3})
print([movie["title"] for movie in guest["recommendations"]])

# What was shown and clicked: click-through is counted by model version and variant.
first = movies["items"][0]["movie_id"]
shown = {"rec_id": movies["rec_id"], "event": "impression", "user_id": 1, "movie_id": first, "position": 1}
print(ask("/feedback", {"events": [shown, {**shown, "event": "click"}]}))

# A rating: on disk before the answer, and gone from the next list.
print(ask("/ratings", {"user_id": 1, "movie_id": first, "rating": 4.5}))
assert first not in [movie["movie_id"] for movie in ask("/users/1/recommendations?n=100")["items"]]

# What goes wrong says what was wanted and what was found.
try:
    ask("/users/1/recommendations?genre=Comedy")
except RuntimeError as problem:
    print(problem)

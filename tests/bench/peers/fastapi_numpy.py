"""FastAPI + numpy in memory: the exact top n of a served snapshot, seen movies masked.

The usual way to serve embeddings in Python, with the care that somebody who knows numpy takes: the snapshot's arrays
are mapped, so that workers share them; one product writes into one buffer; the seen movies of a person are one
slice; argpartition finds the best n and only those are sorted; orjson writes. The endpoint is a coroutine, as its work
is shorter than the way to a thread and back. Run by uvicorn with uvloop and httptools; SNAPSHOT names the file.
"""
import json
import os
from typing import Annotated

import numpy as np
import orjson
from fastapi import FastAPI, HTTPException, Query, Response

KINDS = {"Float32Array": "<f4", "Float64Array": "<f8", "Int32Array": "<i4", "Uint32Array": "<u4", "Uint16Array": "<u2",
         "Uint8Array": "u1"}


def read_container(path):
    """The header and the arrays of models/container.ts, as views of the mapped file."""
    data = np.memmap(path, mode="r", dtype=np.uint8)
    if data[:8].tobytes() != b"MATINEE1":
        raise ValueError(f"Cannot read {path} as it should begin with MATINEE1: found {data[:8].tobytes()!r}")
    length = int(data[8:12].view("<u4")[0])
    head = json.loads(data[12:12 + length].tobytes())
    start = -(-(12 + length) // 64) * 64
    arrays = {}
    for section in head["sections"]:
        kind = np.dtype(KINDS[section["kind"]])
        begin = start + section["offset"]
        arrays[section["name"]] = data[begin:begin + section["length"] * kind.itemsize].view(kind)
    return head["header"], arrays


header, arrays = read_container(os.environ["SNAPSHOT"])
dimension = header["champion"]["dimension"]
movies = np.array(arrays["movie_embeddings"]).reshape(-1, dimension)  # [movies × d]
users = arrays["user_embeddings"].reshape(-1, dimension)  # [users × d]
movie_ids = arrays["movie_ids"].tolist()
row_of = {user_id: row for row, user_id in enumerate(arrays["user_ids"].tolist())}
offsets = arrays["rated_offsets"].tolist()
seen = np.array(arrays["rated_entries"]) >> 4  # an entry is movie << 4 | half stars
text, ends = arrays["titles"].tobytes(), arrays["title_offsets"].tolist()
titles = [text[ends[i]:ends[i + 1]].decode() for i in range(len(movie_ids))]
years = [year or None for year in arrays["years"].tolist()]
genre_ids, genre_ends = arrays["genre_ids"].tolist(), arrays["genre_offsets"].tolist()
genres = [[header["genres"][g] for g in genre_ids[genre_ends[i]:genre_ends[i + 1]]] for i in range(len(movie_ids))]
version = header["champion"]["version"]
scores = np.empty(len(movie_ids), dtype=np.float32)

app = FastAPI(docs_url=None, redoc_url=None)


@app.get("/users/{user_id}/recommendations")
async def recommendations(user_id: int, n: Annotated[int, Query(ge=1, le=100)] = 10) -> Response:
    row = row_of.get(user_id)
    if row is None:
        raise HTTPException(404, f"There is no user {user_id}")
    np.dot(movies, users[row], out=scores)
    scores[seen[offsets[row]:offsets[row + 1]]] = -np.inf
    best = np.argpartition(scores, -n)[-n:]
    best = best[np.lexsort((best, -scores[best]))]
    items = [
        {"rank": rank, "movie_id": movie_ids[movie], "title": titles[movie], "genres": genres[movie],
         "year": years[movie], "score": float(scores[movie])}
        for rank, movie in enumerate(best.tolist(), 1)
    ]
    body = orjson.dumps({"user_id": user_id, "model_version": version, "source": "two_tower", "items": items})
    return Response(body, media_type="application/json")

"""Makes reference.json: metrics of random cases by scikit-learn where it has them, else by numpy as the papers write.

Run by hand (numpy, scikit-learn); tests read the numbers only.
    python reference.py > reference.json
"""
import json
import numpy as np
from sklearn.metrics import mean_absolute_error, mean_squared_error, ndcg_score, roc_auc_score

rng = np.random.default_rng(20250101)

def rating_case(n):
    actual = rng.integers(1, 11, n) / 2
    predicted = np.round(rng.normal(3.5, 1, n), 1 if n % 2 else 6)  # one decimal: ties
    return {
        "predicted": predicted.tolist(), "actual": actual.tolist(),
        "rmse": float(np.sqrt(mean_squared_error(actual, predicted))),
        "mae": float(mean_absolute_error(actual, predicted)),
        "auc": float(roc_auc_score(actual >= 4, predicted)),
    }

def ranking_case(n_movies, n_targets, k):
    scores = rng.permutation(n_movies).astype(float)
    targets = rng.choice(n_movies, n_targets, replace=False)
    relevant = np.zeros(n_movies)
    relevant[targets] = 1
    ranked = np.argsort(-scores)
    top = relevant[ranked[:k]]
    precisions = np.cumsum(top) / np.arange(1, len(top) + 1)
    first = np.flatnonzero(top)
    return {
        "ranked": ranked[:k].tolist(), "targets": targets.tolist(), "k": k,
        "ndcg": float(ndcg_score(relevant[None], scores[None], k=k)),
        "recall": float(top.sum() / n_targets),
        "precision": float(top.sum() / k),
        "hit_rate": float(top.any()),
        "average_precision": float((precisions * top).sum() / min(k, n_targets)),
        "reciprocal_rank": float(1 / (first[0] + 1)) if len(first) else 0.0,
    }

def catalogue_case(n_movies, n_lists, k, n_genres=6):
    counts = np.floor(rng.pareto(1, n_movies) * 3)
    people = int(counts.max()) + 5
    genres = rng.random((n_movies, n_genres)) < 0.3
    skew = (np.arange(n_movies) + 1.0) ** -0.7
    lists = [rng.choice(n_movies, k, replace=False, p=skew / skew.sum()) for _ in range(n_lists)]
    histories = [rng.choice(n_movies, int(rng.integers(1, 9)), replace=False) for _ in range(n_lists)]
    times = np.bincount(np.concatenate(lists), minlength=n_movies).astype(float)
    gini = np.abs(times[:, None] - times[None]).sum() / (2 * n_movies ** 2 * times.mean())
    gap = lambda sets: np.mean([counts[s].mean() for s in sets])
    def diversity(items):
        vectors = genres[items].astype(float)
        norms = np.linalg.norm(vectors, axis=1)
        safe = np.where(norms == 0, 1, norms)
        cosine = (vectors / safe[:, None]) @ (vectors / safe[:, None]).T
        return float((1 - cosine)[np.triu_indices(len(items), 1)].mean())
    return {
        "counts": counts.tolist(), "people": people, "genres": [np.flatnonzero(g).tolist() for g in genres],
        "lists": [l.tolist() for l in lists], "histories": [h.tolist() for h in histories],
        "coverage": len(np.unique(np.concatenate(lists))) / n_movies, "gini": float(gini),
        "novelty": [float(np.mean(-np.log2(np.maximum(1, counts[l]) / people))) for l in lists],
        "average_popularity": [float(counts[l].mean()) for l in lists],
        "popularity_lift": float((gap(lists) - gap(histories)) / gap(histories)),
        "diversity": [diversity(l) for l in lists],
    }

print(json.dumps({
    "rating": [rating_case(n) for n in (7, 40, 101)],
    "ranking": [ranking_case(m, t, k) for m, t, k in
                ((30, 1, 5), (30, 4, 10), (30, 12, 5), (8, 3, 8), (200, 20, 20), (50, 2, 1), (40, 40, 10), (60, 3, 3))],
    "catalogue": [catalogue_case(*shape) for shape in ((25, 4, 5), (60, 12, 10))],
}))

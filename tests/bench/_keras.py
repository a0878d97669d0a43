"""Keras 3 on TensorFlow, at what `deno task bench train` measures: one JSON line for each case.

    python tests/bench/_keras.py [CASE …]

Stock Keras is `fit()` as it comes (XLA where Keras chooses it) on arrays in memory, unshuffled. `lazy` is the same network
as `ids` with an Adam on its tables that touches the rows of the batch only, which Keras does not have.
"""
import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from keras import layers

BATCH = 4096
USERS, MOVIES, DIMENSION = 200_948, 87_585, 32
GENRES = 20
rng = np.random.default_rng(1)


def numbers(n, width):
    return rng.random((n, width), dtype=np.float32)


def stars(n):
    return rng.integers(1, 11, n).astype(np.float32) / 2


def ids(n, rows):
    """Few are met often, most seldom."""
    return (rng.random(n) ** 2 * rows).astype(np.int32)


def tower(x):
    return layers.Dense(32)(layers.Dense(64, activation="relu")(x))


def content():
    n = 100 * BATCH
    user, movie = keras.Input((GENRES,)), keras.Input((GENRES + 2,))
    model = keras.Model([user, movie], layers.Dot(1)([tower(user), tower(movie)]))
    return model, [numbers(n, GENRES), numbers(n, GENRES + 2)], stars(n)


def id_inputs(n):
    return [ids(n, USERS), ids(n, MOVIES), numbers(n, GENRES), numbers(n, GENRES + 2)]


def with_ids():
    n = 6 * BATCH
    user, movie = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
    tastes, facts = keras.Input((GENRES,)), keras.Input((GENRES + 2,))
    one = layers.Concatenate()([layers.Embedding(USERS, DIMENSION)(user), tastes])
    other = layers.Concatenate()([layers.Embedding(MOVIES, DIMENSION)(movie), facts])
    model = keras.Model([user, movie, tastes, facts], layers.Dot(1)([tower(one), tower(other)]))
    return model, id_inputs(n), stars(n)


def ranker():
    n = 15 * BATCH
    inputs = keras.Input((128,))
    x = inputs
    for units, rate, is_normalised in ((256, 0.3, True), (128, 0.2, True), (64, 0.1, False)):
        x = layers.Dense(units, activation="relu")(x)
        if is_normalised:
            x = layers.BatchNormalization()(x)
        x = layers.Dropout(rate)(x)
    return keras.Model(inputs, layers.Dense(1)(x)), numbers(n, 128), stars(n)


def measured(name, n, run, epochs):
    run()
    best = None
    for _ in range(3):
        cpu, wall = time.process_time(), time.time()
        for _ in range(epochs):
            run()
        cpu, wall = time.process_time() - cpu, time.time() - wall
        if best is None or cpu < best["cpu_seconds"]:
            best = {"case": name, "examples": n * epochs, "seconds": wall, "cpu_seconds": cpu}
    print(json.dumps(best), flush=True)


def stock(name, build, epochs):
    model, x, y = build()
    model.compile("adam", "mse")
    measured(name, len(y), lambda: model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0), epochs)


class LazyAdam:
    """Adam on the rows of a table that have a gradient."""

    def __init__(self, rows):
        self.table = tf.Variable(tf.random.uniform((rows, DIMENSION), -0.05, 0.05))
        self.means, self.squares = (tf.Variable(tf.zeros((rows, DIMENSION))) for _ in range(2))

    def apply(self, rows, gradient, step):
        met, place = tf.unique(rows)
        g = tf.math.unsorted_segment_sum(gradient, place, tf.size(met))
        mean = 0.9 * tf.gather(self.means, met) + 0.1 * g
        square = 0.999 * tf.gather(self.squares, met) + 0.001 * g * g
        rate = 0.001 * tf.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        moved = tf.gather(self.table, met) - rate * mean / (tf.sqrt(square) + 1e-7)
        at = met[:, None]
        for variable, values in ((self.means, mean), (self.squares, square), (self.table, moved)):
            variable.scatter_nd_update(at, values)


def lazy():
    n = 30 * BATCH
    one, other = keras.Input((DIMENSION + GENRES,)), keras.Input((DIMENSION + GENRES + 2,))
    model = keras.Model([one, other], layers.Dot(1)([tower(one), tower(other)]))
    tables = [LazyAdam(USERS), LazyAdam(MOVIES)]
    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    step = tf.Variable(0.0)
    x, y = id_inputs(n), stars(n)

    @tf.function
    def train(user, movie, tastes, facts, target):
        step.assign_add(1.0)
        rows = [tf.gather(table.table, at) for table, at in zip(tables, (user, movie))]
        with tf.GradientTape() as tape:
            tape.watch(rows)
            out = model([tf.concat([rows[0], tastes], 1), tf.concat([rows[1], facts], 1)], training=True)
            loss = tf.reduce_mean(tf.square(out[:, 0] - target))
        gradients = tape.gradient(loss, model.trainable_variables + rows)
        optimizer.apply_gradients(zip(gradients[:-2], model.trainable_variables))
        for table, at, gradient in zip(tables, (user, movie), gradients[-2:]):
            table.apply(at, gradient, step)
        return loss

    def run():
        for from_ in range(0, n, BATCH):
            part = slice(from_, from_ + BATCH)
            train(*(tf.convert_to_tensor(values[part]) for values in (*x, y)))

    measured("lazy", n, run, 3)


CASES = {
    "content": lambda: stock("content", content, 3),
    "ids": lambda: stock("ids", with_ids, 1),
    "lazy": lazy,
    "ranker": lambda: stock("ranker", ranker, 2),
}

for case in sys.argv[1:] or CASES:
    CASES[case]()

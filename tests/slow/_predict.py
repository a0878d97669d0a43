"""Opens every <folder>/*.keras with Keras 3 and nothing else, answers its questions, and writes the answers.

<name>.<input>.npy holds the values of an input, row by row; <name>.<output number>.bin gets float32 answers.
"""
import glob
import os
import sys

import keras
import numpy as np

folder = sys.argv[1]
for path in sorted(glob.glob(os.path.join(folder, "*.keras"))):
    name = path.removesuffix(".keras")
    model = keras.saving.load_model(path, custom_objects={}, compile=False)
    inputs = [np.load(f"{name}.{tensor.name}.npy") for tensor in model.inputs]
    outputs = model.predict(inputs, verbose=0)
    for place, values in enumerate(outputs if isinstance(outputs, list) else [outputs]):
        np.asarray(values, dtype="<f4").tofile(f"{name}.{place}.bin")
    # What Keras opens, it can write, and open again.
    model.save(f"{name}.again.keras")
    again = keras.saving.load_model(f"{name}.again.keras").predict(inputs, verbose=0)
    for one, other in zip(outputs if isinstance(outputs, list) else [outputs], again if isinstance(again, list) else [again]):
        np.testing.assert_array_equal(one, other)
    os.remove(f"{name}.again.keras")
    print(os.path.basename(name), keras.__version__, keras.backend.backend())

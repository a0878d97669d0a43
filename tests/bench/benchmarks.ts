/** The benchmarks by name, each imported when it runs. */
import type { Benchmark } from "./benchmark.ts";

interface Listed {
  /** One line for the help. */
  about: string;
  load(): Promise<Benchmark>;
}

export const BENCHMARKS: Readonly<Record<string, Listed>> = {
  quality: {
    about: "RMSE and MAE of the two-tower on a temporal hold-out, beside the bias baseline's",
    load: async () => (await import("./quality.ts")).quality,
  },
  sample: {
    about: "CPU seconds and memory of the made-up sample, beside plain draws",
    load: async () => (await import("./sample.ts")).sampling,
  },
  import: {
    about: "rows per second of an import from CSV, beside a plain COPY of the same rows",
    load: async () => (await import("./import.ts")).importing,
  },
  bootstrap: {
    about: "raw to features of a whole archive, beside plain SQL that copies the rows",
    load: async () => (await import("./bootstrap.ts")).bootstrap,
  },
  features: {
    about: "CPU seconds of the as-of pass, beside a sum over arrays of the same size",
    load: async () => (await import("./features.ts")).features,
  },
  day: {
    about: "a day of 50,000 ratings on a large archive, beside the same day on a thin one",
    load: async () => (await import("./day.ts")).day,
  },
  erase: {
    about: "erasing a person and proving it, beside one scan of the archive",
    load: async () => (await import("./erase.ts")).erasing,
  },
  snapshot: {
    about: "writing a snapshot, anew and by a day, and a server's start on it",
    load: async () => (await import("./snapshot.ts")).snapshots,
  },
  train: {
    about: "examples per CPU second of the kernels, beside Keras 3 and TensorFlow where Python is",
    load: async () => (await import("./train.ts")).training,
  },
  scan: {
    about: "the best of all movies for one list, beside a sum of the same vectors",
    load: async () => (await import("./scan.ts")).scanning,
  },
  serve: {
    about: "the server over HTTP, beside FastAPI with numpy where Python is, and a hello world",
    load: async () => (await import("./serve.ts")).serving,
  },
};

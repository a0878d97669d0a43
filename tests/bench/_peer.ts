/** FastAPI beside our server: its own virtual environment. */
import { openPython } from "./_python.ts";

const PACKAGES = {
  name: "serve",
  packages: [
    "fastapi==0.165.0",
    "uvicorn==0.54.0",
    "uvloop==0.23.0",
    "httptools==0.9.0",
    "numpy==2.4.6",
    "orjson==3.13.0",
  ],
  variable: "MATINEE_SERVE_PYTHON",
};

/** The interpreter; null, with the reason, where there is none. */
export const openPeer = () => openPython(PACKAGES);

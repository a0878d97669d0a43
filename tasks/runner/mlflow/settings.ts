/** What the environment says of MLflow, in the variables of MLflow's own clients. */
import type { MlflowSettings } from "./client.ts";

/**
 * The server that `MLFLOW_TRACKING_URI` names; null without it.
 *
 * @throws {TypeError} for what is no server: MLflow's own clients know folders and databases as well.
 */
export function mlflowSettings(env: (name: string) => string | undefined): MlflowSettings | null {
  const given = env("MLFLOW_TRACKING_URI");
  if (!given) return null;
  const url = URL.parse(given);
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new TypeError(
      `MLFLOW_TRACKING_URI should be a server's http or https address: found ${
        JSON.stringify(`${given.split(":")[0]}:…`)
      }. Next: mlflow server, and its address there; or unset it`,
    );
  }
  const user = env("MLFLOW_TRACKING_USERNAME") ?? decodeURIComponent(url.username);
  const password = env("MLFLOW_TRACKING_PASSWORD") ?? decodeURIComponent(url.password);
  const token = env("MLFLOW_TRACKING_TOKEN");
  const basic = user ? `Basic ${new TextEncoder().encode(`${user}:${password}`).toBase64()}` : undefined;
  const authorization = basic ?? (token ? `Bearer ${token}` : undefined);
  return { uri: `${url.origin}${url.pathname}`.replace(/\/+$/, ""), authorization };
}

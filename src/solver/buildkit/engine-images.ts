import type { Endpoint } from "./address.ts";
import { askJson } from "./engine.ts";

/** What a Docker engine tells of an image that it keeps, in its API's own shapes. */
export interface EngineImage {
  /** Of `GET /images/ID/json`: `Os`, `Architecture`, `Variant`, `Size`, `RootFS`, … */
  readonly image: unknown;
  /** Of `GET /images/ID/history`, the last step first: `CreatedBy`, `Size`, … */
  readonly history: unknown;
}

/** Asks an engine about an image by its id. Rejects with a Failure `export-failed` in the engine's words. */
export async function readEngineImage(engine: Endpoint, id: string, signal: AbortSignal): Promise<EngineImage> {
  const path = `/images/${encodeURIComponent(id)}`;
  const [image, history] = await Promise.all([
    askJson(engine, `${path}/json`, signal),
    askJson(engine, `${path}/history`, signal),
  ]);
  return { image, history };
}

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { testWorker } from "../worker.ts";

const script = fileURLToPath(new URL("../../../scripts/frontend-image.mjs", import.meta.url));
const runFile = promisify(execFile);

/** Builds the image of the frontend with llbc and pushes it to the registry of the worker; returns its reference. */
export async function pushFrontend(worker?: {
  readonly dockerHost: string;
  readonly registry: string;
}): Promise<string> {
  const { dockerHost, registry } = worker ?? testWorker();
  const image = `${registry}/llbc:test`;
  await runFile(process.execPath, [script, "-t", image, "--push", "--addr", dockerHost, "--progress", "plain"]);
  return image;
}

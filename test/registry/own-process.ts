import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { onTestFinished } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Resolved {
  /** Of the image, or the message of the failure. */
  readonly digest: string;
  /** What would keep the process alive when all is done. */
  readonly alive: readonly string[];
}

/** Resolves an image in a process of its own, with a home of its own: variables that Node reads at its start work there. */
export async function resolveInProcess(ref: string, env: Readonly<Record<string, string>> = {}): Promise<Resolved> {
  const home = mkdtempSync(join(tmpdir(), "llbc-process-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const program = join(home, "program.mjs");
  const contents = `
    import { createRegistryResolver } from "./src/registry/image-resolver.ts";
    const asked = createRegistryResolver().image(${JSON.stringify(ref)}, { platform: "linux/amd64" });
    const digest = await asked.then((image) => image.digest, (error) => error.message + " " + error.remedy);
    const alive = process.getActiveResourcesInfo().filter((name) => /TCP|TLS|Timeout|File/.test(name));
    console.log(JSON.stringify({ digest, alive }));
  `;
  await build({
    stdin: { contents, resolveDir: root, loader: "ts" },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: program,
    logLevel: "silent",
  });
  const own = { PATH: process.env.PATH, HOME: home, XDG_CACHE_HOME: join(home, "cache"), DOCKER_CONFIG: home };
  const child = spawn(process.execPath, [program], { env: { ...own, ...env }, stdio: ["ignore", "pipe", "inherit"] });
  const out: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`the process ended with ${code}`);
  return JSON.parse(Buffer.concat(out).toString("utf8"));
}

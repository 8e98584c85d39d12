import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, onTestFinished, test } from "vitest";
import { putIndex, registryServer } from "./registry-server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("connections that the registry keeps open do not keep a process alive", async () => {
  const registry = await registryServer();
  const digest = putIndex(registry, ["linux/amd64"]);
  registry.auth = { kind: "bearer" };
  registry.tags.set("a:1", digest);
  const home = mkdtempSync(join(tmpdir(), "llbc-end-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const program = join(home, "program.mjs");
  const contents = `
    import { createRegistryResolver } from "./src/registry/image-resolver.ts";
    const { digest } = await createRegistryResolver().image(${JSON.stringify(`${registry.host}/a:1`)}, {
      platform: "linux/amd64",
    });
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
  const env = { PATH: process.env.PATH, HOME: home, XDG_CACHE_HOME: join(home, "cache"), DOCKER_CONFIG: home };
  const child = spawn(process.execPath, [program], { env, stdio: ["ignore", "pipe", "inherit"] });
  const out: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(code).toBe(0);
  expect(JSON.parse(Buffer.concat(out).toString())).toEqual({ digest, alive: [] });
});

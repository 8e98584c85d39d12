import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { build, contextWith, temporaryFolder } from "./builds.ts";
import { secondWorker } from "./second-worker.ts";

const big =
  "ARG BASE\nFROM $BASE AS b\nRUN head -c 3000000 /dev/urandom > /noise\nFROM scratch\nCOPY --from=b /noise /\n";

test("a worker that is killed in mid-build: the build fails and says so, and nothing is half-written", async () => {
  const worker = await secondWorker();
  const dest = join(temporaryFolder(), "out.tar");
  const building = build(contextWith("ARG BASE\nFROM $BASE\nRUN echo begun; sleep 300\n"), {
    addr: worker.dockerHost,
    outputs: [{ type: "tar", dest }],
    onEvent: (event) => {
      if (event.kind === "log") for (const pid of worker.pids) kill(pid);
    },
  });
  await expect(building).rejects.toMatchObject({ code: "worker-unreachable" });
  expect(readdirSync(join(dest, ".."))).toEqual([]);
});

test.each([
  ["local", "."],
  ["oci", "image.tar"],
  ["tar", "files.tar"],
] as const)(
  "a disk that is full when the result comes (%s): the build fails, and leaves nothing half-written",
  async (type, name) => {
    const disk = smallDisk();
    const building = build(contextWith(big, { fresh: true }), { outputs: [{ type, dest: join(disk, name) }] });
    await expect(building).rejects.toMatchObject({
      code: "export-failed",
      message: expect.stringContaining("no space"),
    });
    expect(readdirSync(disk)).toEqual([]);
  },
);

test.each([
  ["a cache", { cacheTo: [{ type: "local", attrs: { mode: "max" } }] }],
  ["an OCI layout", { outputs: [{ type: "oci", attrs: { tar: "false" } }] }],
] as const)("a disk that is full when blobs come (%s)", async (_, what) => {
  const dest = smallDisk();
  const options =
    "cacheTo" in what
      ? { cacheTo: what.cacheTo.map((entry) => ({ ...entry, attrs: { ...entry.attrs, dest } })) }
      : { outputs: what.outputs.map((output) => ({ ...output, dest })) };
  const building = build(contextWith(big, { fresh: true }), options);
  await expect(building).rejects.toMatchObject({ code: "export-failed", message: expect.stringContaining("no space") });
  expect(readdirSync(join(dest, "ingest"))).toEqual([]);
});

test("two builds that export into one folder: every file is whole and of one of them", async () => {
  const dest = join(temporaryFolder(), "out");
  const text = (letter: string) => letter.repeat(200_000);
  const builds = ["x", "y"].map((letter) =>
    build(
      contextWith(
        `ARG BASE\nFROM $BASE AS b\nRUN mkdir /o && for i in $(seq 1 50); do head -c 200000 /dev/zero | tr '\\0' ${letter} > /o/$i; done; echo > /o/only-${letter}\nFROM scratch\nCOPY --from=b /o /\n`,
      ),
      { outputs: [{ type: "local", dest }] },
    ),
  );
  await Promise.all(builds);
  const names = readdirSync(dest).sort();
  expect(names).toHaveLength(52);
  for (const name of names.filter((each) => !each.startsWith("only-"))) {
    expect([text("x"), text("y")].includes(readFileSync(join(dest, name), "utf8"))).toBe(true);
  }
});

test.each([
  [401, "auth-refused"],
  [403, "auth-refused"],
  [404, "export-failed"],
])("a registry that answers a push with %i", async (code, expected) => {
  const registry = await refusingRegistry(code);
  const building = build(contextWith("FROM scratch\nCOPY a.txt /\n"), { push: true, tags: [`${registry}/app:1`] });
  const error: unknown = await building.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: "Failure", message: expect.stringContaining(registry) });
  expect([expected, "worker-refused"]).toContain(error instanceof Error && "code" in error ? error.code : undefined);
});

/** A file system of 1 MiB. */
function smallDisk(): string {
  const path = join(temporaryFolder(), "disk");
  mkdirSync(path);
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", path]);
  expect(mounted.status, String(mounted.stderr)).toBe(0);
  onTestFinished(() => {
    spawnSync("umount", [path]);
  });
  return path;
}

/** A registry that takes nothing; gives its host and port. */
async function refusingRegistry(code: number): Promise<string> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    response.writeHead(request.url === "/v2/" ? 200 : code, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ errors: [{ code: "DENIED", message: "no" }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

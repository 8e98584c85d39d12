import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { SolveEvent } from "../../src/solver/events.ts";
import { solve } from "../../src/solver/solve.ts";
import type { SolveOptions } from "../../src/solver/solve-options.ts";
import { HandMade } from "../solver/hand-made.ts";
import { temporaryFolder } from "./builds.ts";
import { asBuildkitd, certificate, engineByTls } from "./proxy.ts";
import { testWorker } from "./worker.ts";

/** Files in and files out: what a connection and its session have to carry. */
async function buildThrough(options: SolveOptions) {
  const context = temporaryFolder();
  writeFileSync(join(context, "Dockerfile"), "FROM scratch\nCOPY a.txt /copied\n");
  writeFileSync(join(context, "a.txt"), randomBytes(100_000));
  const dest = join(temporaryFolder(), "out");
  const result = await solve(context, { ...options, outputs: [{ type: "local", dest }] });
  expect(readFileSync(join(dest, "copied"))).toEqual(readFileSync(join(context, "a.txt")));
  return result.worker;
}

test("a Docker engine by its socket, named as such or found out", async () => {
  const { dockerHost } = testWorker();
  for (const addr of [dockerHost, `docker://${dockerHost}`, dockerHost.replace("unix://", "docker://")]) {
    const worker = await buildThrough({ addr });
    expect(worker).toMatchObject({ address: addr, origin: "the given address" });
    expect(worker.description).toMatch(/^Docker engine at /);
    expect(worker.platforms[0]).toBe("linux/amd64");
  }
});

test("a buildkitd by its socket and by TCP: the session goes through the control connection", async () => {
  for (const transport of [{ socket: join(temporaryFolder(), "b.sock") }, "tcp"] as const) {
    const worker = await buildThrough({ addr: (await asBuildkitd(transport)).addr });
    expect(worker.description).toMatch(/^buildkitd at /);
  }
});

test("a buildkitd by TLS that asks for a client certificate", async () => {
  const { addr } = await asBuildkitd("tls");
  const tls = { ca: certificate("ca"), cert: certificate("client"), key: certificate("client-key") };
  await buildThrough({ addr, tls });
  await buildThrough({ addr, tls: { ...tls, servername: "worker.test" } });
});

test("a Docker engine by TLS, behind something that could speak HTTP/2 too", async () => {
  const tls = { ca: certificate("ca"), cert: certificate("client"), key: certificate("client-key") };
  const addr = (await engineByTls()).replace("tcp://", "docker://");
  expect((await buildThrough({ addr, tls })).description).toMatch(/^Docker engine at /);
});

test("TLS that cannot be trusted, or does not trust us, is a clear refusal", async () => {
  const { addr } = await asBuildkitd("tls");
  const tls = { ca: certificate("ca"), cert: certificate("client"), key: certificate("client-key") };
  const attempts: SolveOptions["tls"][] = [
    { ...tls, ca: certificate("client") },
    { ca: tls.ca },
    { ...tls, servername: "other.test" },
  ];
  for (const wrong of attempts) {
    await expect(buildThrough({ addr, tls: wrong })).rejects.toMatchObject({ code: "worker-unreachable" });
  }
});

test("100 MiB come whole through the control connection", async () => {
  const { addr } = await asBuildkitd("tcp");
  const made = new HandMade();
  const image = made.image(`${testWorker().base}:latest`);
  const big = made.definition(made.run(image, "head -c 104857600 /dev/urandom > /big; sha256sum /big > /sum"));
  const dest = join(temporaryFolder(), "out.tar");
  await solve(big, { addr, outputs: [{ type: "tar", dest }] });
  expect(readFileSync(dest).length).toBeGreaterThan(104857600);
});

test("a worker that hangs up in the middle of a build ends it, and leaves nothing half-written", async () => {
  const folder = temporaryFolder();
  const made = new HandMade();
  const image = made.image(`${testWorker().base}:latest`);
  const slow = made.definition(made.run(image, `echo started; sleep 60; echo ${Date.now()}`));
  const { addr, hangUp } = await asBuildkitd("tcp");
  const onEvent = (event: SolveEvent) => {
    if (event.kind === "log") hangUp();
  };
  const building = solve(slow, { addr, outputs: [{ type: "tar", dest: join(folder, "out.tar") }], onEvent });
  await expect(building).rejects.toMatchObject({ code: "worker-unreachable" });
  expect(readdirSync(folder)).toEqual([]);
});

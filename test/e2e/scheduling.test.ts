import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ManyFailures } from "../../src/solver/many-failures.ts";
import type { SolveOptions } from "../../src/solver/solve-options.ts";
import { build, contextWith, temporaryFolder } from "./builds.ts";
import { type Fault, faultyRegistry } from "./faulty-registry.ts";
import { run, testWorker } from "./worker.ts";

/** A cache mount that tells which steps ran, whatever became of their results. */
function marks(): { readonly mount: string; readonly read: () => Promise<string> } {
  const id = randomBytes(8).toString("hex");
  const mount = `--mount=type=cache,id=${id},target=/marks`;
  const read = async () => {
    const context = contextWith(
      `ARG BASE\nFROM $BASE AS b\nRUN ${mount} touch /marks/all; cp /marks/all /read\nFROM scratch\nCOPY --from=b /read /\n`,
      { fresh: true },
    );
    const dest = join(temporaryFolder(), "out");
    await build(context, { outputs: [{ type: "local", dest }] });
    return readFileSync(join(dest, "read"), "utf8");
  };
  return { mount, read };
}

const nothing = { outputs: [{ type: "cacheonly" }] } as const satisfies SolveOptions;

test("a build that needs its cache: no step starts that is not cached, and the first of them are named", async () => {
  const { mount, read } = marks();
  const text = `ARG BASE=scratch\nFROM $BASE AS a\nCOPY a.txt /\nRUN ${mount} echo a >> /marks/all\nFROM $BASE AS b\nRUN ${mount} echo b >> /marks/all\nFROM scratch\nCOPY --from=a /a.txt /\nCOPY --from=b /etc/passwd /\n`;
  const context = contextWith(text);
  writeFileSync(join(context, "a.txt"), randomBytes(8));
  const platforms = ["linux/amd64", "linux/arm64"];
  const refused = build(context, { ...nothing, platforms, requireCache: true });
  await expect(refused).rejects.toMatchObject({
    code: "not-cached",
    message: expect.stringMatching(/^4 steps .*\n {2}\[linux\/amd64 a 2\/3\] COPY a\.txt \/\n(.*\n)*.* b 2\/2\] RUN /),
    source: { filename: "Dockerfile" },
  });
  expect(await read()).toBe("");
  await build(context, { ...nothing, platforms });
  expect((await read()).split("\n").sort().join("")).toBe("aabb");
  const cached = await build(context, { ...nothing, platforms, requireCache: true });
  expect(cached.timings.filter(({ name, state }) => / RUN /.test(name) && state !== "cached")).toEqual([]);
  writeFileSync(join(context, "a.txt"), randomBytes(8));
  await expect(build(context, { ...nothing, platforms, requireCache: true })).rejects.toMatchObject({
    message: expect.stringMatching(/COPY a\.txt/),
  });
  expect((await read()).split("\n").sort().join("")).toBe("aabb");
});

test("a cache that is brought along counts; what is missing altogether is not called uncached", async () => {
  const context = contextWith("ARG BASE=scratch\nFROM $BASE\nRUN echo one > /one\n", { fresh: true });
  const cache = join(temporaryFolder(), "cache");
  await build(context, { ...nothing, cacheTo: [{ type: "local", attrs: { dest: cache, mode: "max" } }] });
  const cacheFrom = [{ type: "local", attrs: { src: cache } }];
  await build(context, { ...nothing, cacheFrom, requireCache: true });
  const gone = build(contextWith("FROM scratch\nCOPY none /\n"), { ...nothing, requireCache: true });
  await expect(gone).rejects.toMatchObject({ code: "step-failed", message: expect.stringContaining('"/none"') });
  await expect(build(context, { noCache: true, requireCache: true })).rejects.toMatchObject({ code: "usage" });
  await expect(build(context, { requireCache: true, frontend: "dockerfile.v0" })).rejects.toMatchObject({
    code: "usage",
  });
});

test("a build that keeps going finishes what it can, and tells all failures", async () => {
  const { mount, read } = marks();
  const mark = randomBytes(8).toString("hex");
  const stage = (name: string, command: string) =>
    `FROM $BASE AS ${name}\nRUN ${mount} sleep 0.$((RANDOM % 3)); ${command}\n`;
  const text = [
    "ARG BASE=scratch\n",
    stage("a", `echo ${mark} broken a; exit 3`),
    stage("b", `echo ${mark} broken b; exit 4`),
    stage("c", `echo c >> /marks/all; echo ${mark}`),
    `FROM c AS d\nRUN ${mount} test $(uname -m) = aarch64 || exit 5; echo d >> /marks/all\n`,
    "FROM scratch\nCOPY --from=a /etc/passwd /a\nCOPY --from=b /etc/passwd /b\nCOPY --from=d /etc/passwd /d\n",
  ].join("");
  const out = join(temporaryFolder(), "out");
  const failing = build(contextWith(text), {
    keepGoing: true,
    platforms: ["linux/amd64", "linux/arm64"],
    outputs: [{ type: "local", dest: out }],
  });
  const error: unknown = await failing.catch((reason: unknown) => reason);
  if (!(error instanceof ManyFailures)) throw error;
  const told = error.failures.map(({ message }) => message).sort();
  expect(told).toEqual([
    expect.stringMatching(/^\[linux\/amd64 a 2\/2\] .*exit code 3$/),
    expect.stringMatching(/^\[linux\/amd64 b 2\/2\] .*exit code 4$/),
    expect.stringMatching(/^\[linux\/amd64 d 1\/1\] .*exit code 5$/),
    expect.stringMatching(/^\[linux\/arm64 a 2\/2\] .*exit code 3$/),
    expect.stringMatching(/^\[linux\/arm64 b 2\/2\] .*exit code 4$/),
  ]);
  for (const failure of error.failures) expect(failure).toMatchObject({ source: { filename: "Dockerfile" } });
  expect((await read()).split("\n").sort().join("")).toBe("ccd");
  expect(existsSync(out)).toBe(false);
});

test("the other platforms of a build that keeps going are whole, and one failure is told as itself", async () => {
  const text =
    'ARG BASE=scratch\nFROM $BASE AS a\nRUN test "$(uname -m)" = x86_64\nFROM scratch\nCOPY --from=a /etc/passwd /last\n';
  const context = contextWith(text, { fresh: true });
  const options = { keepGoing: true, platforms: ["linux/arm64", "linux/amd64"] };
  await expect(build(context, { ...nothing, ...options, maxParallelism: 1 })).rejects.toMatchObject({
    name: "StepFailure",
    message: expect.stringContaining("linux/arm64"),
  });
  const cached = await build(context, { ...nothing, platforms: ["linux/amd64"], requireCache: true });
  expect(cached.timings.some(({ name, state }) => name.includes("COPY --from=a") && state === "cached")).toBe(true);
});

test("what a registry or a web server does not give for the moment is asked for again", async () => {
  const { base, registry } = testWorker();
  const { host } = await faultyRegistry(flaky(/^\/v2\/flaky\/.*manifests|^\/file/, 2));
  await run("skopeo", [
    "copy",
    "-q",
    "--all",
    "--src-tls-verify=false",
    "--dest-tls-verify=false",
    `docker://${base}`,
    `docker://${registry}/flaky/base`,
  ]);
  const notes: string[] = [];
  const onEvent: SolveOptions["onEvent"] = (event) => {
    if (event.kind === "note") notes.push(event.message);
  };
  const context = contextWith(`FROM ${host}/flaky/base\nADD http://${host}/file /\n`);
  const once = build(contextWith(`FROM scratch\nADD http://${host}/file-once /\n`), { ...nothing, onEvent });
  await expect(once).rejects.toThrow(/50\d/);
  await build(context, { ...nothing, retry: 4, onEvent });
  expect(notes.length).toBeGreaterThan(0);
  expect(notes[0]).toMatch(/Trying again in [\d.]+ s \(1 of 4\)\.$/);
  const failing = contextWith("ARG BASE=scratch\nFROM $BASE\nRUN echo connection refused; exit 1\n");
  notes.length = 0;
  await expect(build(failing, { ...nothing, retry: 3, onEvent })).rejects.toMatchObject({ code: "step-failed" });
  expect(notes).toEqual([]);
});

/** The first requests of each path that matches are answered with 503, and files are made up. */
function flaky(matching: RegExp, times: number): Fault {
  const refused = new Map<string, number>();
  return ({ url = "/" }, response, pass) => {
    const count = refused.get(url) ?? 0;
    if (matching.test(url) && count < times) {
      refused.set(url, count + 1);
      response.writeHead(503).end();
    } else if (url.startsWith("/file")) response.end("content");
    else pass();
  };
}

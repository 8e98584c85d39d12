import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import type { UsageRecord } from "../../src/solver/buildkit/disk-usage.ts";
import { connect } from "../../src/solver/client.ts";
import { build } from "./builds.ts";
import { run, testWorker } from "./worker.ts";

const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));
// A cache mount of our own: what other tests need stays.
const mount = randomBytes(8).toString("hex");
const mounts = ["--filter", "type=exec.cachemount", "--filter", `description~=${mount}`];

const llbc = (args: readonly string[]) => run(process.execPath, [cli, ...args]);

beforeAll(async () => {
  const source = `ARG BASE\nFROM $BASE\nRUN --mount=type=cache,id=${mount},target=/${mount} dd if=/dev/zero of=/${mount}/f bs=1M count=3\n`;
  await build({ source }, { outputs: [{ type: "cacheonly" }] });
});

test("worker inspect tells versions, platforms and capabilities", async () => {
  const version = (await run("docker", ["version", "--format", "{{.Server.Version}}"])).stdout.trim();
  const ran = await llbc(["worker", "inspect", "--json"]);
  expect(ran.code, ran.stderr).toBe(0);
  const told = JSON.parse(ran.stdout);
  expect(told).toMatchObject({ engineVersion: version, protocol: "docker", address: testWorker().dockerHost });
  expect(told.llbCaps).toEqual(expect.arrayContaining(["source.local", "exec.mount.cache"]));
  expect(told.workers[0].platforms).toEqual(expect.arrayContaining(["linux/amd64", "linux/arm64"]));
  expect(told.workers[0].labels).toHaveProperty(["org.mobyproject.buildkit.worker.snapshotter"]);
  expect((await llbc(["worker", "inspect"])).stdout).toMatch(/^Worker: +Docker engine at unix:.*\n.*\nGC policy/s);
});

test("du tells the records that docker buildx tells, with the same sizes", async () => {
  const [ours, theirs] = [await llbc(["du"]), await run("docker-buildx", ["du"])];
  expect(ours.code, ours.stderr).toBe(0);
  const rows = (text: string) =>
    text
      .split("\n")
      .filter((line) => /^[a-z0-9]{25}/.test(line))
      .map((line) => line.split(/\s+/).slice(0, 3));
  expect(rows(ours.stdout).length).toBeGreaterThan(2);
  expect(rows(ours.stdout)).toEqual(rows(theirs.stdout));
  const total = (text: string) => /^Total:\s+(\S+)$/m.exec(text)?.[1];
  expect(total(ours.stdout)).toBe(total(theirs.stdout));
});

test("filters name some records, which prune removes; the library tells the same", async () => {
  const listed = await llbc(["du", "--json", ...mounts]);
  const records: readonly UsageRecord[] = JSON.parse(listed.stdout);
  expect(records).toMatchObject([{ type: "exec.cachemount", inUse: false, mutable: true }]);
  expect(records[0]?.size).toBeGreaterThan(3 << 20);
  expect((await llbc(["du", "--verbose", ...mounts])).stdout).toContain(`ID:           ${records[0]?.id}\n`);

  using client = await connect(testWorker().dockerHost);
  const filters = [`type==exec.cachemount,description~=${mount}`];
  expect((await client.diskUsage({ filters })).map(({ id }) => id)).toEqual([records[0]?.id]);
  // There is so much room that nothing has to go; and nothing of it is that old.
  const kept: UsageRecord[] = [];
  for await (const record of client.prune({ filters, maxUsedSpace: 1e15 })) kept.push(record);
  for await (const record of client.prune({ filters, keepDuration: 3_600_000 })) kept.push(record);
  expect(kept).toEqual([]);

  const asked = await llbc(["prune", ...mounts]);
  expect(asked).toMatchObject({ code: 2, stdout: "" });
  expect(asked.stderr).toContain("--force");
  const pruned = await llbc(["prune", "--force", ...mounts]);
  expect(pruned.code, pruned.stderr).toBe(0);
  expect(pruned.stdout).toMatch(
    new RegExp(`^ID .*\\n${records[0]?.id}\\* +true +3\\.\\d+MB .*\\nTotal: 3\\.\\d+MB\\n$`),
  );
  expect(await client.diskUsage({ filters })).toEqual([]);
});

test("platforms tells what the worker runs by itself, by emulation, and not", async () => {
  const ran = await llbc(["platforms", "--json"]);
  const { platforms } = JSON.parse(ran.stdout);
  const runs = (platform: string) => platforms.find((row: { platform: string }) => row.platform === platform);
  expect(runs("linux/amd64")).toMatchObject({ runs: "natively" });
  expect(runs("linux/arm64")).toMatchObject({
    runs: "by emulation",
    handler: { interpreter: expect.stringContaining("qemu") },
  });
  expect(runs("linux/mips64")).toMatchObject({ runs: "not" });
  expect((await llbc(["platforms"])).stdout).toMatch(/\nlinux\/mips64 +not +llbc platforms install mips64\n/);
});

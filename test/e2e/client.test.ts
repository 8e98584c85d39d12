import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { connect } from "../../src/solver/client.ts";
import { temporaryFolder } from "./builds.ts";
import { testWorker } from "./worker.ts";

test("one connection, many builds at once, each with its own files and events", async () => {
  const client = await warmClient();
  expect(client.worker.protocol).toBe("docker");
  const builds = Array.from({ length: 64 }, (_, index) => {
    const dest = join(temporaryFolder(), "out");
    const source = `FROM scratch\nCOPY <<EOF /n\n${index}\nEOF\n`;
    return { index, dest, running: client.solve({ source }, { outputs: [{ type: "local", dest }] }) };
  });
  await Promise.all(
    builds.map(async ({ index, dest, running }) => {
      const names: string[] = [];
      for await (const event of running.events) if (event.kind === "vertex") names.push(event.name);
      const { timings } = await running;
      expect(readFileSync(join(dest, "n"), "utf8")).toBe(`${index}\n`);
      expect(names.filter((name) => name.includes("COPY"))).toHaveLength(1);
      expect(timings.length).toBe(names.length);
    }),
  );
});

test("a build that fails or is cancelled leaves the client and its other builds alone", async () => {
  const client = await warmClient();
  const from = (run: string) => ({ source: `FROM ${testWorker().base}\nRUN ${run}\n` });
  const stop = new AbortController();
  const slow = client.solve(from(`echo ${Date.now()}; sleep 60`), { signal: stop.signal });
  let failed: unknown;
  for await (const event of slow.events) {
    if (event.kind !== "log") continue;
    failed = await client.solve(from("exit 3")).catch((error: unknown) => error);
    stop.abort();
  }
  expect(failed).toMatchObject({ code: "step-failed" });
  await expect(slow).rejects.toMatchObject({ code: "cancelled" });
  await client.solve(from("true"), { outputs: [{ type: "cacheonly" }] });
});

test("a reader of events that never reads holds nothing up for ever, and one that leaves is forgotten", async () => {
  const client = await warmClient();
  const source = `FROM ${testWorker().base}\nRUN : ${Date.now()}; for i in $(seq 1 3000); do echo $i; done\n`;
  const lagging = client.solve({ source });
  let seen = 0;
  for await (const event of lagging.events) {
    seen += 1;
    // Slower than the worker tells.
    if (event.kind === "log") await new Promise(setImmediate);
  }
  await lagging;
  expect(seen).toBeGreaterThan(3);
  const left = client.solve({ source });
  for await (const _ of left.events) break;
  await left;
});

async function warmClient() {
  const client = await connect(testWorker().dockerHost);
  onTestFinished(() => client.close());
  return client;
}

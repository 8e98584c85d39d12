import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Long from "long";
import { expect, test } from "vitest";
import { solve } from "../../src/solver/solve.ts";
import { tempFolder } from "../solver/filesync/rig.ts";
import { hostileWorker } from "../solver/hostile/hostile-worker.ts";

test("logs without end do not pile up here", async () => {
  const context = join(tempFolder(), "context");
  mkdirSync(context);
  writeFileSync(join(context, "Dockerfile"), "FROM scratch\n");
  const megabyte = Buffer.alloc(1 << 20, "x");
  const addr = await hostileWorker(async ({ status: tell }) => {
    await tell({ vertexes: [{ digest: "sha256:v", name: "[1/1] RUN yes", started: { seconds: Long.ONE } }] });
    for (let i = 0; i < 4000; i++) await tell({ logs: [{ vertex: "sha256:v", stream: Long.ONE, msg: megabyte }] });
  });
  const before = process.memoryUsage().rss;
  let seen = 0;
  let peak = 0;
  await solve(context, {
    frontend: "dockerfile.v0",
    addr,
    onEvent: (event) => {
      if (event.kind !== "log") return;
      seen += event.data.length;
      if (seen % (100 << 20) === 0) peak = Math.max(peak, process.memoryUsage.rss());
    },
  });
  expect(seen).toBe(4000 * megabyte.length);
  // Worker and client are one process here: what was on the way between them counts, too.
  expect(peak - before).toBeLessThan(400 << 20);
});

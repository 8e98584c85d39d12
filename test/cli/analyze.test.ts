import { describe, expect, it } from "vitest";
import { folderWith, imagesFile, llbc } from "./rig.ts";

const dockerfile = `FROM --platform=$BUILDPLATFORM alpine AS build
COPY . /src
RUN make -C /src
FROM alpine
RUN apk add --no-cache git openssh
COPY --from=build /src/out /usr/bin/
`;
const files = { Dockerfile: dockerfile, "images.json": imagesFile };
const args = ["analyze", "--images", "images.json", "--platform", "linux/amd64,linux/arm64"];

describe("llbc analyze", () => {
  it("shows figures, critical path, schedule and findings", async () => {
    const { code, out, err } = await llbc(folderWith(files), args);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    // The terminal of this test has 80 columns; only findings, which quote the Dockerfile, may be wider.
    const [report = ""] = out.split("1 finding");
    for (const line of report.split("\n")) expect(Array.from(line).length).toBeLessThanOrEqual(80);
    expect(out).toMatchInlineSnapshot(`
      "9 vertices on 4 levels, at most 3 on one level, at most 3 at once in any
        schedule
      work 1m 12s, critical path 45 s: no number of workers is more than 1.61 times as
        fast as one
      2 workers give 95 % of that: 45 s
      1 step is emulated: without emulation 45 s
      All times are estimates, by the kind of each step.

      time by number of workers
        workers  time    speed-up  at least  at most
        1        1m 12s  1.00      1m 12s    1m 12s
        2        45 s    1.61      45 s      58 s
        3        45 s    1.61      45 s      54 s
        4        45 s    1.61      45 s      51 s

      by platform
        platform     work    critical path  speed-up at most  workers for 95 %
        linux/amd64  48 s    45 s           1.08              2
        linux/arm64  1m 08s  45 s           1.53              2

      critical path
        start  time      lines      step
        0.0 s  ~4.0 s    lines 1,4  [linux/amd64 build 1/3] FROM docker.io/library/al…
        4.0 s  ~0.2 s    line 2     [linux/amd64 build 2/3] COPY . /src
        4.2 s  ~40 s     line 3     [linux/amd64 build 3/3] RUN make -C /src
        45 s   ~0.2 s    line 6     [linux/amd64 stage-1 3/3] COPY --from=build /src/…

      schedule of 2 workers (█ on the critical path)
        0                         45 s   start    time
        ░                                0.0 s   0.5 s  [internal] load build context
        ███                              0.0 s   4.0 s  [linux/amd64 build 1/3] FROM …
        ░░░                              0.5 s   4.0 s  [linux/arm64 stage-1 1/3] FRO…
           ███████████████████████████   4.2 s    40 s  [linux/amd64 build 3/3] RUN m…
           ░░░░░░░░░░░░░                 4.5 s    19 s  [linux/arm64 stage-1 2/3] RUN…
                        ░░                24 s   3.2 s  [linux/amd64 stage-1 2/3] RUN…
        and 3 that take less

      1 finding, what saves most first

      warning: apk downloads everything again whenever this step runs: what was downloaded is not kept [uncached-install]
      saves 1.6 s of 19 s whenever this step runs again (estimated)
      Dockerfile:5:5
         3 | RUN make -C /src
         4 | FROM alpine
         5 | RUN apk add --no-cache git openssh
           |     ^^^
         6 | COPY --from=build /src/out /usr/bin/
      help: Give it --mount=type=cache,target=/etc/apk/cache,sharing=locked; write --update-cache for --no-cache.
      "
    `);
  });

  it("shows the schedule of as many workers as are asked for", async () => {
    const { code, out } = await llbc(folderWith(files), [...args, "--workers", "1"]);
    expect(code).toBe(0);
    expect(out).toContain("1 worker takes 1m 12s\n");
    expect(out).toContain("schedule of 1 worker ");
  });

  it("tells all of it as JSON", async () => {
    const { code, out } = await llbc(folderWith(files), [...args, "--json"]);
    expect(code).toBe(0);
    const report = JSON.parse(out);
    expect(Object.keys(report)).toEqual([
      "analysis",
      "platforms",
      "vertices",
      "schedule",
      "withoutEmulation",
      "findings",
    ]);
    expect(report.analysis.platform).toBe(null);
    expect(report.platforms.map(({ platform }: { platform: string }) => platform)).toEqual([
      "linux/amd64",
      "linux/arm64",
    ]);
    expect(report.analysis.criticalPath).toHaveLength(4);
    expect(report.analysis.workers).toHaveLength(64);
    expect(report.vertices).toHaveLength(9);
    expect(report.schedule.runs).toHaveLength(9);
    expect(report.findings[0]).toMatchObject({ rule: "uncached-install", lines: [5], filename: "Dockerfile" });
  });

  it.each(["0", "-1", "1.5", "many", ""])("refuses %j workers", async (workers) => {
    const { code, out, err } = await llbc(folderWith(files), [...args, `--workers=${workers}`]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain("whole number from 1 on");
  });

  it("shows what is wrong with a Dockerfile that does not compile", async () => {
    const { code, err } = await llbc(folderWith({ ...files, Dockerfile: "FROM alpine\nNONE\n" }), args);
    expect(code).toBe(1);
    expect(err).toContain("Dockerfile:2");
  });

  it("has something to say of nothing", async () => {
    const { code, out } = await llbc(folderWith({ Dockerfile: "FROM scratch\n" }), ["analyze"]);
    expect(code).toBe(0);
    expect(out).toContain("0 vertices on 0 levels");
    expect(out).toContain("nothing found that would surely save time");
  });
});

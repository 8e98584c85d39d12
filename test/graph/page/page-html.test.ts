import { describe, expect, it } from "vitest";
import { reportOf } from "../../../src/graph/analyses/report.ts";
import { reportJson } from "../../../src/graph/analyses/report-shape.ts";
import { resolveDurations } from "../../../src/graph/analyses/resolve-durations.ts";
import { compile } from "../../../src/graph/compile.ts";
import { UnreadableRecord } from "../../../src/graph/history/json-reader.ts";
import { comparedReport } from "../../../src/graph/page/compared-report.ts";
import type { PageData } from "../../../src/graph/page/page-data.ts";
import { type PageOptions, pageData } from "../../../src/graph/page/page-data-of.ts";
import { pageHtml } from "../../../src/graph/page/page-html.ts";

const dockerfile = `FROM scratch AS one
COPY a /
FROM scratch
COPY --from=one /a /
COPY b /
`;

async function reportFor(source: string, targetPlatforms = ["linux/amd64", "linux/arm64"]) {
  const { graph } = await compile(source, { sessionId: "s", targetPlatforms });
  return reportOf(source, graph, resolveDurations(graph));
}

async function dataOf(source: string, options: PageOptions = {}): Promise<PageData> {
  return pageData(source, await reportFor(source), options);
}

const program = { script: "show()", style: "p{}" };

/** As a browser takes the data out of the document again. */
function dataIn(html: string): unknown {
  const [, json = ""] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html) ?? [];
  return JSON.parse(json);
}

describe("the data of a page", () => {
  it("numbers vertices, groups and platforms, inputs first", async () => {
    const data = await dataOf(dockerfile);
    expect(data.platforms).toEqual(["linux/amd64", "linux/arm64"]);
    expect(data.results.map(({ vertex }) => vertex)).toEqual([data.vertices.length - 1, data.vertices.length - 1]);
    for (const [number, { inputs, group, lines }] of data.vertices.entries()) {
      expect(inputs.every((input) => input < number)).toBe(true);
      expect(data.groups[group]).toBeDefined();
      for (const line of lines) expect(data.source[line - 1]).toMatch(/COPY|FROM/);
    }
    const path = data.criticalPath.map((number) => data.vertices[number]);
    expect(path.reduce((sum, vertex) => sum + (vertex?.ms ?? 0), 0)).toBeCloseTo(data.span);
    expect(data.makespans).toHaveLength(64);
  });

  it("lays no box on another, each within its group", async () => {
    const { vertices, groups } = await dataOf(dockerfile);
    for (const [number, a] of vertices.entries()) {
      const group = groups[a.group];
      expect(a.x).toBeGreaterThanOrEqual(group?.x ?? Number.NaN);
      expect(a.y).toBeGreaterThanOrEqual(group?.y ?? Number.NaN);
      expect(a.x + a.width).toBeLessThanOrEqual((group?.x ?? 0) + (group?.width ?? 0) + 1);
      for (const b of vertices.slice(number + 1)) {
        const isBeside = a.x + a.width <= b.x || b.x + b.width <= a.x;
        expect(isBeside || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(true);
      }
    }
  });

  it("has a run from its first start on, without what is not in the graph", async () => {
    const [digest = ""] = (await dataOf(dockerfile)).vertices.map((vertex) => vertex.digest);
    const ran = { state: "completed", bytes: 5, exitCode: undefined } as const;
    const run = {
      title: "last",
      vertices: new Map([
        [digest, { ...ran, runs: [{ started: 5000, completed: 5700 }], log: ["a\u0007\tb"] }],
        ["sha256:gone", { ...ran, runs: [{ started: 1, completed: 2 }], log: [] }],
      ]),
    };
    expect((await dataOf(dockerfile, { run })).run).toEqual({
      title: "last",
      makespan: 700,
      vertices: [{ vertex: 0, ...ran, exitCode: null, runs: [{ start: 0, end: 700 }], log: ["a␇\tb"] }],
    });
  });

  it("tells what is different from the build of another report", async () => {
    const before = reportJson(await reportFor(dockerfile.replace("COPY b /\n", "COPY c /\n")));
    const { against } = await dataOf(dockerfile, { against: comparedReport(before, "before.json") });
    expect(against?.title).toBe("before.json");
    // The context reads other files, so all stands on something else.
    const changes = against?.changes.map(({ kind, name }) => `${kind} ${name.replace(/^\[[^\]]*\] /, "")}`).sort();
    expect(changes).toEqual([
      "added COPY b /",
      "rebased COPY --from=one /a /",
      "rebased COPY a /",
      "rebased load build context",
      "removed COPY c /",
    ]);
    const same = await dataOf(dockerfile, { against: comparedReport(reportJson(await reportFor(dockerfile)), "") });
    expect(same.against?.changes).toEqual([]);
    expect(same.against?.unchanged).toBe(same.vertices.length);
  });

  it.each(["", "{}", "[]", '{"analysis":{"work":1,"span":1},"vertices":[1]}'])("is not taken from %j", (json) => {
    expect(() => comparedReport(json, "x")).toThrow(json === "" ? SyntaxError : UnreadableRecord);
  });

  it("is there for nothing", async () => {
    const data = await dataOf("FROM scratch\n");
    expect(data).toMatchObject({ vertices: [], criticalPath: [], work: 0 });
  });
});

describe("the document of a page", () => {
  it("keeps what a Dockerfile says as data", async () => {
    const evil = '</script><script>alert(1)</script><!-- <img src=x onerror="alert(2)"> & \u2028';
    const data = await dataOf(`FROM scratch\nCOPY ["${evil.replaceAll('"', "'")}", "/"]\n`, { title: evil });
    const html = pageHtml(data, program);
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    expect(html).not.toMatch(/<img|<!--/);
    expect(dataIn(html)).toEqual(data);
  });

  it("allows its own script and style, and nothing from anywhere", async () => {
    const html = pageHtml(await dataOf(dockerfile), program);
    expect(html).toContain(`content="default-src 'none'; script-src 'sha256-`);
    expect(html).not.toMatch(/https?:|src=|href=/);
    expect(() => pageHtml({ ...Object.create(null) }, { ...program, script: '"</script>"' })).toThrow("within itself");
  });

  it("is the same for the same build", async () => {
    expect(pageHtml(await dataOf(dockerfile), program)).toBe(pageHtml(await dataOf(dockerfile), program));
  });
});

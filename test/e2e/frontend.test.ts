import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import pLimit from "p-limit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "./builds.ts";
import { buildxEnvironment, withoutTexts } from "./frontend/buildx.ts";
import { chosenCases } from "./frontend/cases.ts";
import { type Comparison, compareBuilds } from "./frontend/compare.ts";
import { pushFrontend } from "./frontend/image.ts";
import { serveWeb } from "./frontend/web.ts";
import { type Ran, run, testWorker } from "./worker.ts";

let image = "";
let web: Awaited<ReturnType<typeof serveWeb>>;

beforeAll(async () => {
  web = await serveWeb();
  image = await pushFrontend();
}, 300_000);

afterAll(() => web.close());

describe("the conformance cases that build here", () => {
  const cases = chosenCases();
  const comparisons = new Map<string, Promise<Comparison>>();

  // Builds wait for the worker most of the time: several at once.
  beforeAll(() => {
    const limit = pLimit(3);
    for (const { name, testCase, reference } of cases) {
      const comparison = limit(() => compareBuilds(testCase, image, web.url, reference));
      comparison.catch(() => {});
      comparisons.set(name, comparison);
    }
  });

  test.each(cases)(
    "$name gives the steps, the image and the warnings of the $reference",
    { timeout: 600_000 },
    async ({ name }) => {
      const comparison = await comparisons.get(name);
      expect(comparison?.actual).toEqual(comparison?.expected);
      expect(comparison?.actual.image).toMatch(/^sha256:/);
    },
  );
});

describe("docker buildx", () => {
  test("builds the same image, and shows the same warnings", async () => {
    const { base } = testWorker();
    const dockerfile = `FROM ${base} as one\nCOPY a.txt /\nmaintainer me\nRUN cat a.txt > /b.txt\n`;
    const { own, ours } = await bothWays(dockerfile, [
      "--build-arg",
      "SOURCE_DATE_EPOCH=1700000000",
      "-o",
      "type=oci,dest=out.tar",
      "--metadata-file",
      "meta.json",
      "--provenance=false",
    ]);
    expect([own.code, ours.code]).toEqual([0, 0]);
    const digest = ({ folder }: Way) =>
      JSON.parse(readFileSync(join(folder, "meta.json"), "utf8"))["containerimage.digest"];
    expect(digest(ours)).toBe(digest(own));
    const warnings = ({ stderr }: Ran) =>
      stripVTControlCharacters(stderr)
        .split("\n")
        .filter((line) => /^ - \w+: /.test(line))
        .sort();
    expect(warnings(ours)).toEqual(warnings(own));
    expect(warnings(ours).join()).toMatch(/FromAsCasing|MaintainerDeprecated/);
  });

  const asked = `# The version
ARG VERSION=1
FROM BASE AS build
# How loud
ARG LOUD=yes
RUN --mount=type=secret,id=token --mount=type=ssh : $VERSION
FROM scratch AS out
COPY --from=build /etc /etc
FROM out as Last
maintainer me
`;
  test.each(["check", "outline", "targets"])("--call=%s says the same, in words and as JSON", async (call) => {
    const dockerfile = asked.replace("BASE", testWorker().base);
    for (const format of ["", ",format=json"]) {
      const { own, ours } = await bothWays(dockerfile, [`--call=${call}${format}`, "--progress", "none"]);
      expect(sameText(ours)).toBe(sameText(own));
      expect(ours.code).toBe(own.code);
      expect(ours.stdout.length).toBeGreaterThan(20);
    }
  });

  test("--call=convertllb has the steps", async () => {
    const dockerfile = `# syntax=${image}\nFROM ${testWorker().base} AS a\nRUN : "<&>"\n`;
    const ours = await buildx(dockerfile, ["--call=convertllb,format=json", "--progress", "none"]);
    const { def, metadata, source } = JSON.parse(ours.stdout);
    expect(Object.keys(metadata).sort()).toEqual(Object.keys(def).sort());
    expect(JSON.stringify(def)).toContain(String.raw`: \"<&>\"`);
    expect(source.infos).toHaveLength(1);
  });

  test("--call=subrequests.describe lists what can be asked", async () => {
    const { own, ours } = await bothWays("FROM scratch\n", ["--call=subrequests.describe", "--progress", "none"]);
    expect(ours.stdout).toBe(own.stdout);
  });

  test.each([
    ["an unknown instruction", "FROM scratch\nRUM x\n"],
    ["an unknown flag", "FROM scratch\n\nCOPY --nope a.txt /\n"],
    ["a bad variable", "FROM scratch\nWORKDIR ${A:?missing}\n"],
    ["an image that is not there", "FROM scratch AS a\nFROM REGISTRY/nowhere:1\nCOPY a.txt /\n"],
    ["a step that fails", "FROM BASE\nCOPY a.txt /\nRUN echo hello && \\\n  exit 3\n"],
    ["a file that is not there", "FROM BASE\n\nCOPY nowhere.txt /\n"],
    ["a heredoc without end", "FROM BASE\nRUN <<EOF\necho\n"],
  ])("%s is shown at the same lines", async (_, text) => {
    const { base, registry } = testWorker();
    const dockerfile = text.replace("BASE", base).replace("REGISTRY", registry);
    const { own, ours } = await bothWays(dockerfile, []);
    expect([own.code, ours.code]).toEqual([1, 1]);
    expect(markedLines(ours)).toEqual(markedLines(own));
    expect(ours.stderr).toMatch(/^ERROR: .*failed to solve: \S/m);
  });

  test("an error is shown at its line where the worker's frontend shows none", async () => {
    const { own, ours } = await bothWays("FROM scratch\nCOPY --from=9 a /\n", []);
    expect(markedLines(own)).toEqual([]);
    expect(markedLines(ours)).toEqual(["COPY --from=9 a /"]);
  });

  test("several errors are shown at once", async () => {
    const { ours } = await bothWays("FROM scratch\nRUM x\nCOPY --nope a /\n", []);
    expect(markedLines(ours)).toEqual(["RUM x", "COPY --nope a /"]);
  });
});

interface Way extends Ran {
  readonly folder: string;
}

/** Builds with the worker's own frontend and with the image, over docker buildx; a line on top says by which. */
async function bothWays(dockerfile: string, args: readonly string[]): Promise<{ own: Way; ours: Way }> {
  const [own, ours] = await Promise.all([
    buildx(`# just a comment\n${dockerfile}`, args),
    buildx(`# syntax=${image}\n${dockerfile}`, args),
  ]);
  return { own, ours };
}

async function buildx(dockerfile: string, args: readonly string[]): Promise<Way> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "a.txt"), "a\n");
  writeFileSync(join(folder, "Dockerfile"), dockerfile);
  const ran = await run("docker", ["buildx", "build", ...args, folder], { cwd: folder, env: buildxEnvironment() });
  return { ...ran, folder };
}

/** What was printed, with the one thing that has to differ made the same: the first line of the Dockerfile. */
function sameText({ stdout, folder }: Way): string {
  if (!stdout.startsWith("{")) return stdout.replaceAll(`# syntax=${image}`, "# just a comment").replaceAll(folder, "");
  return withoutTexts(stdout);
}

/** The lines of the Dockerfile that buildx points at. */
function markedLines({ stderr }: Ran): string[] {
  return [...stderr.matchAll(/^ +\d+ \| >>> (.*)$/gm)].map((match) => match[1] ?? "");
}

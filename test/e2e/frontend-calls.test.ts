import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ConformanceCase, type ExpectedCompilation, loadGroup } from "../conformance/load.ts";
import { contextWith, temporaryFolder } from "./builds.ts";
import { buildxEnvironment, withoutTexts } from "./frontend/buildx.ts";
import { pushFrontend } from "./frontend/image.ts";
import { serveWeb } from "./frontend/web.ts";
import { makeWorld } from "./frontend/world.ts";
import { run, testWorker } from "./worker.ts";

const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

// What clients ask about a Dockerfile instead of building it: the frontend of the image answers as the worker's own does.
let image = "";
let web: Awaited<ReturnType<typeof serveWeb>>;

beforeAll(async () => {
  web = await serveWeb();
  image = await pushFrontend();
}, 300_000);

afterAll(() => web.close());

describe("the conformance cases about what can be asked", () => {
  const asked = [
    ["check", "lint", "UndefinedVar-1"],
    ["check", "lint", "SecretsUsedInArgOrEnv-1"],
    ["outline", "outline", "secrets"],
    ["outline", "outline", "multi-line-arg"],
    ["targets", "targets", "descriptions"],
    ["targets", "targets", "duplicate-names"],
  ] as const;

  test.each(asked)("--call=%s of %s/%s", async (call, group, name) => {
    const testCase = caseOf<unknown>(group, name);
    const folder = join(temporaryFolder(), "context");
    write(folder, testCase.files);
    write(folder, new Map([["Dockerfile", testCase.dockerfile]]));
    const { base } = testWorker();
    const images = new Set(
      [
        ...Buffer.from(testCase.dockerfile)
          .toString()
          .matchAll(/^FROM ([a-z][\w:./-]*)/gim),
      ].map(([, ref = ""]) => ref),
    );
    const contexts = [...images].filter((ref) => ref !== "scratch").map((ref) => [ref, base] as const);
    await expectSame(call, folder, contexts.flatMap(contextFlag));
  });
});

describe("realistic conformance cases", () => {
  test.each(["php-fpm", "java-gradle", "rails"])("%s: check, outline, targets", async (name) => {
    const testCase = caseOf<ExpectedCompilation>("realistic", name);
    const folder = join(temporaryFolder(), "context");
    const { namedContexts, target, buildArgs } = await makeWorld(testCase, { ...testWorker(), web: web.url }, folder);
    const flags = [
      ...Object.entries(namedContexts ?? {}).flatMap(([key, value]) => ["--build-context", `${key}=${value}`]),
      ...Object.entries(buildArgs ?? {}).flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]),
      ...(target === undefined ? [] : ["--target", target]),
    ];
    for (const call of ["check", "outline", "targets"]) await expectSame(call, folder, flags);
  });
});

test("llbc has the frontend asked that a syntax line names, as docker buildx does", async () => {
  const context = contextWith(`# syntax=${image}\nFROM ${testWorker().base} AS Base\nARG WHO\nENTRYPOINT a b\n`);
  for (const call of ["check", "outline", "targets", "subrequests.describe", "outline,format=json"]) {
    const args = ["build", context, "--call", call, "--progress", "none"];
    const theirs = await run("docker-buildx", args, { env: buildxEnvironment() });
    const ours = await run(process.execPath, [cli, ...args]);
    expect(ours.code, `${call} ${ours.stderr} ${theirs.stderr}`).toBe(theirs.code);
    // It says where the Dockerfile is on this machine.
    expect(theirs.stdout, theirs.stderr).not.toBe("");
    expect(ours).toMatchObject({ code: theirs.code, stdout: theirs.stdout.replaceAll(`${context}/`, "") });
  }
  // Read as a Dockerfile of docker's, it is asked here.
  const here = await run(process.execPath, [cli, "build", context, "--call", "targets", "--syntax", "here"]);
  expect(here.stdout).toContain("base (default)");
});

function caseOf<Expected>(group: string, name: string): ConformanceCase<Expected> {
  const found = loadGroup<Expected>(group).find((testCase) => testCase.name === name);
  if (found === undefined) throw new Error(`the conformance set has no case ${group}/${name}`);
  return found;
}

function contextFlag([name, ref]: readonly [string, string]): string[] {
  return ["--build-context", `${name}=docker-image://${ref}`];
}

function write(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  for (const [name, content] of files) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

/** Asks the worker's own frontend and that of the image, which a build argument names: one by one, as they read one folder. */
async function expectSame(call: string, folder: string, flags: readonly string[]): Promise<void> {
  const common = ["buildx", "build", `--call=${call},format=json`, "--progress", "none", ...flags];
  const ask = (more: readonly string[]) => run("docker", [...common, ...more, folder], { env: buildxEnvironment() });
  const own = await ask([]);
  expect(own.stdout, `the worker's own: ${own.code} ${own.stderr}`).toContain("{");
  const ours = await ask(["--build-arg", `BUILDKIT_SYNTAX=${image}`]);
  expect(ours.stdout, `the image's: ${ours.code} ${ours.stderr}`).toContain("{");
  expect(withoutTexts(ours.stdout)).toBe(withoutTexts(own.stdout));
  expect(ours.code, ours.stderr).toBe(own.code);
}

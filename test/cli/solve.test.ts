import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { folderWith, llbc } from "./rig.ts";

const files = { Dockerfile: "FROM scratch AS base\n# what is run\nFROM base AS app\n", "images.json": "{}" };
const nowhere = ["--addr", "unix:///nowhere/none.sock"];

it.each([
  { args: ["-t", "Shop/App"], says: "shop/app" },
  { args: ["--progress", "loud"], says: "rawjson" },
  { args: ["--progress", "tty"], says: "standard error is none" },
  { args: ["-q", "--progress", "plain"], says: "--quiet exclude each other" },
  { args: ["--secret", "id=x,src=none"], says: "--secret id=x" },
  { args: ["--allow", "everything"], says: "security.insecure" },
  { args: ["--call", "outlin"], says: "did you mean outline?" },
  { args: ["--iidfile", "id", "-o", "out"], says: "type local is no image" },
  { args: ["-q", "-o", "-"], says: "standard output" },
  { args: ["--resource", "memory"], says: "NAME=LIMIT" },
  { args: ["--no-cache", "--no-cache-filter", "app"], says: "exclude each other" },
  { args: ["--build-context", "base"], says: "NAME=FOLDER" },
  { args: ["--sceret", "id=x"], says: "--secret" },
])("$args is a usage error before any worker is looked for", async ({ args, says }) => {
  const ran = await llbc(folderWith(files), ["solve", ...nowhere, ...args]);
  expect(ran).toMatchObject({ code: 2, out: "" });
  expect(ran.err).toContain(says);
});

it("a build that fails leaves no digest of an earlier one", async () => {
  const cwd = folderWith({ ...files, id: "sha256:old" });
  const ran = await llbc(cwd, ["build", ...nowhere, "--iidfile", "id", "-q"]);
  expect(ran).toMatchObject({ code: 1, out: "" });
  expect(ran.err).toContain("/nowhere/none.sock");
  expect(existsSync(join(cwd, "id"))).toBe(false);
});

it("with --debug the causes of a failure are told, too", async () => {
  const args = ["build", "nowhere", "--secret", "id=x,env=TOKEN"];
  const env = { TOKEN: "s3cret" };
  const plain = await llbc(folderWith(files), args, { env });
  const debug = await llbc(folderWith(files), [...args, "-D"], { env });
  expect([plain.code, debug.code]).toEqual([1, 1]);
  expect(plain.err).not.toContain("caused by:");
  expect(debug.err).toMatch(/caused by: Error: ENOENT.*nowhere/);
  expect(debug.err).not.toContain("s3cret");
});

it("targets are told without any worker", async () => {
  const ran = await llbc(folderWith(files), ["build", "--call", "targets,format=json", "."]);
  expect(ran.code, ran.err).toBe(0);
  expect(JSON.parse(ran.out).targets).toMatchObject([{ name: "base" }, { name: "app", default: true }]);
});

it("a check asks the worker about images", async () => {
  const ran = await llbc(folderWith(files), ["build", "--check", ...nowhere]);
  expect(ran).toMatchObject({ code: 1, out: "" });
  expect(ran.err).toContain("/nowhere/none.sock");
});

it.each([
  ["compressed by zstd", Buffer.from("28b52ffd", "hex"), []],
  ["a Dockerfile, and another one is named", "FROM scratch\n", ["-f", "Dockerfile"]],
])("standard input that is %s is refused as such", async (_, stdin, args) => {
  const ran = await llbc(folderWith(files), ["build", "-", ...nowhere, ...args], { stdin });
  expect(ran).toMatchObject({ code: 2, out: "" });
  expect(ran.err).toMatch(/[Ss]tandard input/);
});

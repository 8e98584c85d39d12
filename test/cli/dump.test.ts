import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/command-line.ts";
import { dump } from "../../src/llb/dump.ts";
import { unmarshal } from "../../src/llb/unmarshal.ts";
import { memoryTerminal } from "./fake-terminal.ts";
import { folderWith, imagesFile, llbc } from "./rig.ts";

async function compiled(): Promise<string> {
  const cwd = folderWith({ Dockerfile: "FROM alpine\nRUN make\n", "images.json": imagesFile });
  await llbc(cwd, ["compile", "--images", "images.json", "-o", "app.pb"]);
  return cwd;
}

it.each(["text", "json", "dot"] as const)("shows a definition as %s", async (format) => {
  const cwd = await compiled();
  const expected = dump(unmarshal(readFileSync(join(cwd, "app.pb"))), format);
  expect(await llbc(cwd, ["dump", "app.pb", "--format", format])).toMatchObject({ code: 0, out: expected, err: "" });
  expect(expected).toContain("make");
});

it("reads standard input when no file is named", async () => {
  const cwd = await compiled();
  const { terminal, out } = memoryTerminal();
  const stdin = new PassThrough();
  stdin.end(readFileSync(join(cwd, "app.pb")));
  expect(await runCommandLine(["dump"], { ...terminal, cwd, stdin })).toBe(0);
  expect(out()).toBe((await llbc(cwd, ["dump", "app.pb"])).out);
});

it("refuses what is damaged, with the reason and without a stack", async () => {
  const cwd = await compiled();
  const bytes = readFileSync(join(cwd, "app.pb"));
  writeFileSync(join(cwd, "cut.pb"), bytes.subarray(0, bytes.length - 7));
  const ran = await llbc(cwd, ["dump", "cut.pb"]);
  expect(ran).toMatchObject({ code: 1, out: "" });
  expect(ran.err).toMatch(/^error: .* \[definition-invalid\]\nhelp: /);
  expect(ran.err).not.toContain("    at ");
});

it("says by name what cannot be read", async () => {
  const ran = await llbc(folderWith({}), ["dump", "none.pb"]);
  expect(ran).toMatchObject({ code: 2, out: "" });
  expect(ran.err).toContain("none.pb cannot be read: it does not exist");
});

import { expect, it } from "vitest";
import { folderWith, llbc } from "./rig.ts";

const commands = [
  "solve",
  "compile",
  "check",
  "graph",
  "outline",
  "targets",
  "dump",
  "du",
  "prune",
  "worker",
  "platforms",
];

it("lists the commands and teaches by example", async () => {
  const ran = await llbc(folderWith({}), ["--help"]);
  expect(ran).toMatchObject({ code: 0, err: "" });
  for (const command of commands) expect(ran.out).toContain(`\n  ${command}`);
  expect(ran.out).toMatch(/\nExamples:\n {2}llbc /);
});

it.each(commands)("%s is explained with examples, by --help and by help", async (command) => {
  const cwd = folderWith({});
  const ran = await llbc(cwd, [command, "--help"]);
  expect(ran).toMatchObject({ code: 0, err: "" });
  expect(ran.out).toMatch(new RegExp(`\nExamples:\n {2}llbc ${command}\\b`));
  expect(ran.out).not.toContain("default: []");
  expect(await llbc(cwd, ["help", command])).toMatchObject({ code: 0, out: ran.out });
});

it.each([
  { args: ["chekc"], says: "check" },
  { args: ["help", "chekc"], says: "Did you mean check?" },
  { args: ["chekc", "--help"], says: "Did you mean check?" },
  { args: ["build", "--platfrom", "x"], says: "(see llbc help solve)" },
  { args: ["worker", "inspect", "--jsn"], says: "(see llbc help worker inspect)" },
  { args: ["platforms", "instal"], says: "did you mean install?" },
  { args: ["worker", "inspct"], says: "Did you mean inspect?" },
  { args: ["prune", "--forse"], says: "Did you mean --force?" },
  { args: ["prune"], says: "--force" },
  { args: ["check", "--formt", "json"], says: "--format" },
  { args: ["dump", "a", "b"], says: "too many arguments" },
  { args: ["graph", "--format", "png"], says: "text, dot, mermaid, json" },
])("$args is a usage error that says what may be meant", async ({ args, says }) => {
  const ran = await llbc(folderWith({}), args);
  expect(ran).toMatchObject({ code: 2, out: "" });
  expect(ran.err).toContain(says);
});

import { expect, it } from "vitest";
import { folderWith, llbc } from "./rig.ts";

const commands = [
  "solve",
  "compile",
  "check",
  "graph",
  "analyze",
  "explain",
  "history",
  "history ls",
  "history show",
  "history rm",
  "history import",
  "outline",
  "targets",
  "dump",
  "platforms",
  "platforms install",
  "platforms uninstall",
  "worker",
  "worker inspect",
  "du",
  "prune",
  "frontend",
];

it("lists the commands and teaches by example", async () => {
  const ran = await llbc(folderWith({}), ["--help"]);
  expect(ran).toMatchObject({ code: 0, err: "" });
  for (const command of commands) expect(ran.out).toContain(`\n  ${command.split(" ")[0]}`);
  expect(ran.out).toMatch(/\nExamples:\n {2}llbc /);
});

it.each(commands)("%s is explained with examples, by --help and by help", async (command) => {
  const cwd = folderWith({});
  const words = command.split(" ");
  const ran = await llbc(cwd, [...words, "--help"]);
  expect(ran).toMatchObject({ code: 0, err: "" });
  expect(ran.out).toMatch(/\nExamples:\n {2}\S/);
  expect(ran.out).not.toContain("default: []");
  expect(ran.out.split("\n").filter((line) => line.length > 120)).toEqual([]);
  expect(await llbc(cwd, ["help", ...words])).toMatchObject({ code: 0, out: ran.out });
});

it.each(commands)("the examples of %s have flags that are there", async (command) => {
  const cwd = folderWith({});
  const { out } = await llbc(cwd, ["help", ...command.split(" ")]);
  const examples = [...out.slice(out.indexOf("\nExamples:")).matchAll(/(?<=\bllbc )[^|;\n]*/g)];
  for (const [example] of examples) {
    const known = commands.filter((each) => example.startsWith(each)).sort((a, b) => b.length - a.length)[0];
    expect(known, example).toBeDefined();
    const help = await llbc(cwd, ["help", ...(known ?? "").split(" ")]);
    for (const [flag] of example.split(/ {3}|'/)[0]?.matchAll(/(?<= )--?[a-z][a-z-]*/g) ?? []) {
      expect(help.out, example).toMatch(new RegExp(`^ .*${flag}\\b`, "m"));
    }
  }
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

// Writes docs/parity.md: each flag of Debian's `docker-buildx build --help`, and what llbc has of it.
//   node scripts/parity.mjs           write it
//   node scripts/parity.mjs --check   fail when it is not what would be written
// Fails when a flag has no row, a row no flag, a named test is not there, or llbc's help does not know a flag it is said
// to have. `docker-buildx` has to be on PATH, and llbc built.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rows } from "./parity/rows.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const file = join(root, "docs/parity.md");
const flags = flagsOf(printed("docker-buildx", ["build", "--help"]));
const ours = flagsOf(printed(process.execPath, [join(root, "dist/cli.cjs"), "solve", "--help"]));

const problems = [
  ...flags.flatMap(problemsOf),
  ...Object.keys(rows)
    .filter(isUnknown)
    .map((name) => `--${name}: docker-buildx has no such flag`),
];
if (problems.length > 0) fail(problems);
const text = document();
if (!process.argv.includes("--check")) {
  mkdirSync(join(root, "docs"), { recursive: true });
  writeFileSync(file, text);
} else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
  fail(["docs/parity.md is not up to date: run node scripts/parity.mjs"]);
}

function printed(program, args) {
  const done = spawnSync(program, args, { encoding: "utf8" });
  if (done.status !== 0) fail([`${program} ${args.join(" ")}: ${done.error?.message ?? done.stderr}`]);
  return done.stdout;
}

/** Long names of flags, without dashes, in the order of the help. */
function flagsOf(help) {
  return [...help.matchAll(/^ +(?:-\w, )?--([a-z][a-z-]*)/gm)].map(([, name]) => name);
}

function problemsOf(name) {
  const row = rows[name];
  if (row === undefined) return [`--${name} has no row in scripts/parity/rows.mjs`];
  if (row.missing !== undefined)
    return ours.includes(name) ? [`--${name} is there, and its row says that it is not`] : [];
  if (!ours.includes(name)) return [`llbc solve --help does not know --${name}`];
  const [path, title] = row.test;
  const source = existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "";
  return source.includes(JSON.stringify(title)) ? [] : [`--${name}: ${path} has no test "${title}"`];
}

function isUnknown(name) {
  return !flags.includes(name);
}

function document() {
  const has = flags.filter((name) => rows[name].missing === undefined).length;
  const lines = flags.map((name) => {
    const { test, missing, note = "" } = rows[name];
    if (missing !== undefined) return `| \`--${name}\` | no | ${missing} |`;
    const [path, title] = test;
    return `| \`--${name}\` | yes | ${[`\`${path}\`: ${title}`, note].filter((part) => part !== "").join("<br>")} |`;
  });
  return `# Flags of \`docker buildx build\`

Written by \`node scripts/parity.mjs\` from \`docker-buildx build --help\` of Debian's package. \`llbc solve\` has ${has} of ${flags.length}.

| Flag | Here | Shown by, or why not |
| --- | --- | --- |
${lines.join("\n")}
`;
}

function fail(messages) {
  for (const message of messages) console.error(`parity: ${message}`);
  process.exit(1);
}

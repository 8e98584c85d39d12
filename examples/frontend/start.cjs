"use strict";
// Starts frontend.cjs with what the build of the image (`start.cjs --remember`) has kept beside the scripts: the code
// that V8 made of them, since reading a script anew takes longer than all that it does before its first call; and
// `start`, the entry point of the image. BuildKit waits for the first call, whose words are always the same: a shell
// says them, before Node is there, and then becomes Node with this script and what it has said.
const { readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");

const modules = new Map();
const [, , said] = process.argv;

if (said === "--remember") remember();
else load("./frontend.cjs").run(said === undefined ? undefined : fromOctal(said));

async function remember() {
  const words = await load("./frontend.cjs").remember();
  for (const { file, script } of modules.values()) writeFileSync(`${file}.code`, script.createCachedData());
  writeFileSync(join(__dirname, "start"), entryPoint(toOctal(words)), { mode: 0o755 });
}

/** Without BuildKit, the script says to whoever started it that BuildKit should. */
function entryPoint(words) {
  return `#!/bin/sh
if [ -n "$BUILDKIT_SESSION_ID" ]; then
  set -- '${words}'
  printf "$1"
fi
exec '${process.execPath}' '${__filename}' "$@"
`;
}

/** As printf of every shell reads it: three digits for each byte. */
function toOctal(bytes) {
  return Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}

function fromOctal(text) {
  const digits = text.split("\\").slice(1);
  return Buffer.from(digits.map((each) => Number.parseInt(each, 8)));
}

function load(name) {
  if (!name.startsWith("./")) return require(name);
  const known = modules.get(name);
  if (known !== undefined) return known.exports;
  const file = join(__dirname, name);
  const source = `(function (exports, require, module) {${readFileSync(file, "utf8")}\n})`;
  // Code of another Node is refused by V8, which then reads the script.
  const script = new Script(source, { filename: file, cachedData: recall(`${file}.code`) });
  const module = { file, script, exports: {} };
  modules.set(name, module);
  script.runInThisContext()(module.exports, load, module);
  return module.exports;
}

function recall(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

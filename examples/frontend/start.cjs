"use strict";
// Starts frontend.cjs, and the scripts that it loads, with the code that V8 has made of them at the build of the image
// (`start.cjs --remember`): reading a script anew takes longer than all that it does before its first call.
const { readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");

const modules = new Map();

load("./frontend.cjs");
if (process.argv[2] === "--remember") {
  process.once("exit", () => {
    for (const { file, script } of modules.values()) writeFileSync(`${file}.code`, script.createCachedData());
  });
}

function load(name) {
  if (!name.startsWith("./")) return require(name);
  const known = modules.get(name);
  if (known !== undefined) return known.exports;
  const file = join(__dirname, name);
  const source = `(function (exports, require, module) {${readFileSync(file, "utf8")}\n})`;
  // Code of another Node is refused by V8, which then reads the script.
  const script = new Script(source, { filename: file, cachedData: recall(file) });
  const module = { file, script, exports: {} };
  modules.set(name, module);
  script.runInThisContext()(module.exports, load, module);
  return module.exports;
}

function recall(file) {
  try {
    return readFileSync(`${file}.code`);
  } catch {
    return undefined;
  }
}

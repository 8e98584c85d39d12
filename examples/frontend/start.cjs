"use strict";
// Starts frontend.cjs with what the build of the image (`start.cjs --remember`) has kept beside the scripts: the code
// that V8 made of them, since reading a script anew takes longer than all that it does before its first call; and the
// words of that call, which are always the same. BuildKit waits for them: they are out before any script is read.
const { readFileSync, writeFileSync, writeSync } = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");

const modules = new Map();
// Another Node may say it in other words.
const firstWords = join(__dirname, `first-words-${process.version}`);

if (process.argv[2] === "--remember") remember();
else load("./frontend.cjs").run(sayFirstWords());

async function remember() {
  const words = await load("./frontend.cjs").remember();
  for (const { file, script } of modules.values()) writeFileSync(`${file}.code`, script.createCachedData());
  writeFileSync(firstWords, words);
}

function sayFirstWords() {
  const words = process.env.BUILDKIT_SESSION_ID === undefined ? undefined : recall(firstWords);
  // So few bytes are written as a whole.
  if (words !== undefined) writeSync(1, words);
  return words;
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

"use strict";
// Starts frontend.cjs with the code that V8 has made of it at the build of the image (`start.cjs --remember`): reading
// the script anew takes longer than all that it does before its first call.
const { readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");

const file = join(__dirname, "frontend.cjs");
const remembered = `${file}.code`;
const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, "utf8")}\n})`;
// Code of another Node is refused by V8, which then reads the script.
const script = new Script(source, { filename: file, cachedData: recall() });
const run = script.runInThisContext();
run(exports, require, module, file, __dirname);
if (process.argv[2] === "--remember") writeFileSync(remembered, script.createCachedData());

function recall() {
  try {
    return readFileSync(remembered);
  } catch {
    return undefined;
  }
}

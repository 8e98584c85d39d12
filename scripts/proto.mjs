// Compiles the protobuf schemas to static protobufjs code: `npm run proto`.
//
// Every folder src/**/proto with .proto files becomes one ES module with its types, named after the folder that owns
// it: src/llb/proto/*.proto gives src/llb/proto/gen/llb.js and llb.d.ts, src/solver/buildkit/proto gives
// gen/buildkit.js. One export per protobuf package:
//
//   import { pb } from "./proto/gen/llb.js";
//   pb.Op.decode(bytes); pb.Op.encode({ inputs: [] }).finish();
//
// - int64 and uint64 are always `Long`: nanoseconds and -1 survive. Give encode `Long.fromString`, `fromNumber`, or
//   `Long.fromBigInt`.
// - encode writes a field that is set even if it is zero: leave zero values out where bytes matter. It writes maps in
//   insertion order, and a oneof at its number.
// - A schema may `import "other.proto"` from its own folder, or "pb.proto" (LLB) from anywhere. A definition that is
//   only passed on is cheaper as `bytes` in place of `pb.Definition`: on the wire they are the same.
// - Nothing is done for a folder whose schemas have not changed.
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const shared = join(root, "src/llb/proto");

for (const folder of await protoFolders(join(root, "src"))) await compileFolder(folder);

async function protoFolders(top) {
  const found = [];
  for (const entry of await readdir(top, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const path = join(top, entry.name);
    if (entry.name === "proto") found.push(path);
    else found.push(...(await protoFolders(path)));
  }
  return found.sort();
}

async function compileFolder(folder) {
  const schemas = await schemasOf(folder);
  if (schemas.length === 0) return;
  const name = basename(dirname(folder));
  const js = join(folder, "gen", `${name}.js`);
  const dts = join(folder, "gen", `${name}.d.ts`);
  const stamp = `// ${await fingerprint([...new Set([...schemas, ...(await schemasOf(shared))])])}\n`;
  if ((await startsWith(js, stamp)) && (await startsWith(dts, stamp))) return;

  const code = await generate(name, folder, schemas);
  const types = await declare(code);
  await mkdir(dirname(js), { recursive: true });
  await replaceFile(dts, stamp + types);
  await replaceFile(js, stamp + (await withoutComments(code)));
  console.log(`${relative(root, js)} from ${schemas.length} schema${schemas.length === 1 ? "" : "s"}`);
}

async function schemasOf(folder) {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.endsWith(".proto"))
    .sort()
    .map((name) => join(folder, name));
}

/** Of all that decides the output: the schemas, this script and the generator. */
async function fingerprint(schemas) {
  const hash = createHash("sha256").update(require("protobufjs-cli/package.json").version);
  for (const path of [fileURLToPath(import.meta.url), ...schemas]) {
    hash.update(`\0${relative(root, path)}\0`).update((await readFile(path, "utf8")).replaceAll("\r\n", "\n"));
  }
  return hash.digest("hex");
}

async function startsWith(path, text) {
  return (await readFile(path, "utf8").catch(() => "")).startsWith(text);
}

/** `--root` keeps the generated modules of one process apart. The comments are what the types are made from. */
function generate(name, folder, schemas) {
  const { main } = require("protobufjs-cli/pbjs.js");
  const flags = ["--force-long", "--no-verify", "--no-convert", "--no-delimited", "--no-typeurl", "--no-service"];
  return new Promise((resolve, reject) => {
    const args = ["-t", "static-module", "-w", "esm", "-r", name, ...flags, "-p", folder, "-p", shared, ...schemas];
    main(args, (error, output) => (error ? reject(error) : resolve(output)));
  });
}

/** Its own imports would make the reflection library a part of the types, and CommonJS syntax a part of ours. */
async function declare(code) {
  const { main } = require("protobufjs-cli/pbts.js");
  const scratch = await mkdtemp(join(tmpdir(), "llbc-proto-"));
  try {
    const input = join(scratch, "input.js");
    await writeFile(input, code);
    const types = await new Promise((resolve, reject) => {
      main([input], (error, output) => (error ? reject(error) : resolve(output)));
    });
    return types
      .replace('from "protobufjs";', 'from "protobufjs/minimal.js";')
      .replace('import Long = require("long");', 'import type Long from "long";');
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function withoutComments(code) {
  const { transform } = require("esbuild");
  return (await transform(code, { legalComments: "none" })).code;
}

/** Two runs at once must not read each other's half-written file. */
async function replaceFile(path, content) {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}

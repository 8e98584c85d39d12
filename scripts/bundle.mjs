// Bundles the library and the command line: for `npm run build`, and for the benchmarks, which measure the same.
import { createHash } from "node:crypto";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import {
  atOnce,
  later,
  lightGrpc,
  lightPackages,
  loadWhenCalled,
  longLoops,
  nameOf,
  partsWhenCalled,
  root,
  sharedCore,
  source,
  writingOnly,
} from "./bundle-plugins.mjs";

const shared = { absWorkingDir: root, bundle: true, platform: "node", target: "node20.19", logLevel: "warning" };

/** The library, entry by entry, sharing chunks; its dependencies are left to npm. */
export async function bundleLibrary(folder) {
  await build({
    ...shared,
    format: "esm",
    splitting: true,
    packages: "external",
    entryPoints: { index: join(source, "index.ts"), llb: join(source, "llb/index.ts") },
    outdir: folder,
    chunkNames: "lib/[name]-[hash]",
  });
}

/** What makes a page of the data of a build, for browsers: a script and a style sheet, as texts. */
export async function bundlePage() {
  const page = join(source, "page");
  const options = {
    ...shared,
    platform: "browser",
    target: "es2022",
    write: false,
    legalComments: "none",
    minify: true,
  };
  const made = async (entry) => {
    const { outputFiles } = await build({ ...options, format: "iife", entryPoints: [join(page, entry)], outdir: page });
    // As it stands in a document, where a tag in a string would end the element.
    return outputFiles[0].text.trim().replace(/<\/(?=script|style)/gi, "<\\/");
  };
  const [script, style] = await Promise.all([made("main.ts"), made("page.css")]);
  return { script, style };
}

/**
 * The command line with all it needs, for a fast start: each byte that is read costs, so all that `llbc compile` runs
 * is one file, `cli/core.cjs`, and what other commands load later is another, `cli/rest.cjs`, that takes from the core
 * what is there; what few commands need has files of its own. `cli.cjs` loads them, with their compiled code: see
 * src/cli/launch.ts.
 */
export async function bundleCommandLine(folder) {
  const main = join(source, "cli/main.ts");
  const imports = await importsFrom(main);
  const core = closureOf([main, join(source, "cli/commands/compile.ts"), join(source, "cli/first-hashes.ts")], imports);
  const names = await exportsOf(core);
  const files = laterFiles(imports, core);
  const seldomCalled = await exportsOf(new Set(whenCalled.keys()));
  const loaded = { ...shared, ...small, format: "cjs", supported: { "dynamic-import": false } };
  const parts = new Map([["core", coreEntry(main, names)]]);
  for (const [file, modules] of files) parts.set(file, laterEntry(modules));
  const modulesOf = new Map([...files].flatMap(([file, modules]) => modules.map((path) => [path, file])));
  const digest = createHash("sha256");
  const define = { bundledPage: JSON.stringify(await bundlePage()) };
  for (const [part, contents] of parts) {
    const outfile = join(folder, "cli", `${part}.cjs`);
    const plugins = [
      lightPackages(),
      lightGrpc(),
      loadWhenCalled(),
      partsWhenCalled(whenCalled, seldomCalled, part),
      ...(part === "core" ? [longLoops(), atOnce(core), writingOnly()] : [sharedCore(names)]),
      later(modulesOf, part),
    ];
    await build({ ...loaded, stdin: { contents, resolveDir: root }, outfile, plugins, define });
    const text = `(function(exports,require,module){${readFileSync(outfile, "latin1")}\n})`;
    writeFileSync(outfile, text);
    digest.update(text);
  }
  const cli = join(folder, "cli.cjs");
  await build({
    ...shared,
    ...small,
    format: "cjs",
    entryPoints: [join(source, "cli/launch.ts")],
    outfile: cli,
    banner: { js: "#!/usr/bin/env node" },
    define: { bundleDigest: JSON.stringify(digest.digest("hex").slice(0, 16)) },
  });
  chmodSync(cli, 0o755);
}

// Lines of some length keep the traces of bugs readable.
const small = { minify: true, lineLimit: 200 };

/** What is large and seldom needed: a file for each. */
const seldom = new Map([
  [join(source, "graph/dockerfile-ast.ts"), "dockerfile-ast"],
  [join(source, "cli/page/page-program.ts"), "page"],
]);

/** Modules of functions that no plain compile calls, by the file that has them: the first call of one loads the file. */
const whenCalled = new Map(
  Object.entries({
    rest: [
      "cli/commands/analyze-command.ts",
      "cli/commands/check-command.ts",
      "cli/commands/dump-command.ts",
      "cli/commands/explain-command.ts",
      "cli/commands/frontend-command.ts",
      "cli/commands/graph-command.ts",
      "cli/commands/history-command.ts",
      "cli/commands/legacy-flags.ts",
      "cli/commands/outline-command.ts",
      "cli/commands/platforms-command.ts",
      "cli/commands/prune-command.ts",
      "cli/commands/solve-command.ts",
      "cli/commands/targets-command.ts",
      "cli/commands/worker-command.ts",
      "cli/commands/worker-flags.ts",
      "cli/parse/size.ts",
      "graph/build-graph.ts",
    ],
    seldom: [
      "cli/standard-input.ts",
      "graph/config/ip-address.ts",
      "graph/context-base.ts",
      "graph/context/archive.ts",
      "graph/context/image-context.ts",
      "graph/context/input-context.ts",
      "graph/epoch.ts",
      "graph/failure-place.ts",
      "graph/git-commit.ts",
      "graph/git-source.ts",
      "graph/go-url.ts",
      "graph/lower/copy-checksum.ts",
      "graph/lower/go-duration.ts",
      "graph/lower/run-credentials.ts",
      "graph/lower/stopsignal.ts",
      "graph/option-reader.ts",
      "graph/parse-diagnostics.ts",
      "graph/scan-targets.ts",
      "graph/token-ranges.ts",
      "ip-address.ts",
      "llb/merge-metadata.ts",
      "parser/device.ts",
      "parser/glob.ts",
      "parser/go-number.ts",
      "parser/instructions/onbuild.ts",
      "parser/substitute.ts",
      "path-expression.ts",
      "solver/lock-file.ts",
      "solver/oci-index.ts",
      "solver/oci-layout.ts",
      "suggest.ts",
    ],
  }).flatMap(([file, names]) => names.map((name) => [join(source, name), file])),
);

/** What each file of src imports of others, as absolute paths: `{ now, later }`. */
async function importsFrom(entry) {
  const options = { ...shared, format: "esm", outdir: "unused", write: false, metafile: true };
  const { metafile } = await build({ ...options, entryPoints: [entry] });
  const files = Object.entries(metafile.inputs).filter(([path]) => path.startsWith("src/"));
  return new Map(
    files.map(([path, { imports }]) => {
      const those = (kind) =>
        imports
          .filter((each) => each.kind === kind && each.path.startsWith("src/"))
          .map((each) => join(root, each.path));
      return [join(root, path), { now: those("import-statement"), later: those("dynamic-import") }];
    }),
  );
}

function closureOf(entries, imports) {
  const modules = new Set(entries);
  // A set that grows while it is walked.
  for (const path of modules) for (const next of imports.get(path).now) if (!whenCalled.has(next)) modules.add(next);
  return modules;
}

/** By module: the names that it exports, and what is put before them where those of all modules are together. */
async function exportsOf(modules) {
  const single = { ...shared, format: "esm", bundle: false, write: false, metafile: true };
  const { metafile } = await build({ ...single, outdir: "unused", outbase: source, entryPoints: [...modules] });
  const names = Object.values(metafile.outputs).map((output) => [join(root, output.entryPoint), output.exports]);
  return new Map(names.map(([path, exported], index) => [path, { exported, prefix: `m${index}_` }]));
}

/** The modules that are loaded later, by the file that they are in. */
function laterFiles(imports, core) {
  const files = new Map();
  for (const path of new Set([...imports.values()].flatMap((each) => each.later))) {
    if (core.has(path)) continue;
    const file = seldom.get(path) ?? "rest";
    files.set(file, [...(files.get(file) ?? []), path]);
  }
  for (const [path, file] of whenCalled) files.set(file, [...(files.get(file) ?? []), path]);
  return files;
}

/** What is shared is named in a function: to export hundreds of names takes time, and only the other files want them. */
function coreEntry(main, names) {
  const all = [...names].flatMap(([path, { exported, prefix }]) => exported.map((name) => [path, name, prefix + name]));
  return [
    ...all.map(([path, name, as]) => `import { ${name} as ${as} } from ${JSON.stringify(path)};`),
    `export const main = ${names.get(main).prefix}main;`,
    `export const shared = () => ({ ${all.map(([, , as]) => as).join(", ")} });`,
  ].join("\n");
}

function laterEntry(modules) {
  const entry = (path) => `${JSON.stringify(nameOf(path))}: () => require(${JSON.stringify(path)})`;
  return `module.exports = { ${modules.map(entry).join(", ")} };`;
}

// Bundles the library and the command line: for `npm run build`, and for the benchmarks, which measure the same.
import { createHash } from "node:crypto";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = join(root, "src");

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
  const core = closureOf([main, join(source, "cli/commands/compile.ts")], imports);
  const names = await exportsOf(core);
  const files = laterFiles(imports, core);
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
      loadWhenCalled(),
      part === "core" ? sharedCore(new Map()) : sharedCore(names),
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
  for (const path of modules) for (const next of imports.get(path).now) modules.add(next);
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

function nameOf(path) {
  return relative(source, path).replaceAll("\\", "/");
}

/** A module that another file has is asked from there, when it is asked for. */
function later(modulesOf, part) {
  return {
    name: "later",
    setup(builder) {
      builder.onResolve({ filter: /^\.{1,2}\// }, ({ path, kind, importer }) => {
        if (kind !== "dynamic-import") return undefined;
        const module = resolve(dirname(importer), path);
        const file = modulesOf.get(module);
        return file === undefined || file === part ? undefined : { path: module, namespace: "later" };
      });
      builder.onLoad({ filter: /.*/, namespace: "later" }, ({ path }) => {
        const from = JSON.stringify(`./${modulesOf.get(path)}.cjs`);
        // Behind a variable: the file is not there yet, and is not to be bundled.
        return { contents: `const load = require; module.exports = load(${from})[${JSON.stringify(nameOf(path))}]();` };
      });
    },
  };
}

/** Outside of the core: its modules are the ones that the core has, under their prefixed names. */
function sharedCore(names) {
  return {
    name: "shared-core",
    setup(builder) {
      builder.onResolve({ filter: /^(\.{1,2}\/|\/)/ }, ({ path, importer, namespace }) => {
        const module = resolve(dirname(importer), path);
        return namespace !== "shared" && names.has(module) ? { path: module, namespace: "shared" } : undefined;
      });
      builder.onLoad({ filter: /.*/, namespace: "shared" }, ({ path }) => {
        const { exported, prefix } = names.get(path);
        const all = `const load = require; const all = load("./core.cjs").all ??= load("./core.cjs").shared();`;
        return {
          contents: `${all}\n${exported.map((name) => `export const ${name} = all.${prefix}${name};`).join("\n")}`,
        };
      });
    },
  };
}

/** Node's modules that take milliseconds to load, and that a compile seldom needs: loaded when a function is called. */
function loadWhenCalled() {
  return {
    name: "load-when-called",
    setup(builder) {
      builder.onResolve({ filter: /^node:(fs\/promises|os)$/ }, ({ path, importer }) =>
        importer.startsWith(source) ? { path, namespace: "when-called", sideEffects: false } : undefined,
      );
      builder.onLoad({ filter: /.*/, namespace: "when-called" }, ({ path }) => {
        const exported = Object.entries(createRequire(import.meta.url)(path));
        const functions = exported.filter(([, value]) => typeof value === "function").map(([name]) => name);
        const lines = functions.map((name) => `export const ${name} = (...all) => node().${name}(...all);`);
        const constants = path === "node:fs/promises" ? ['export { constants } from "node:fs";'] : [];
        return {
          contents: [`const node = () => require(${JSON.stringify(path)});`, ...lines, ...constants].join("\n"),
        };
      });
    },
  };
}

/**
 * Packages without what takes time at every start. commander: node:child_process, for commands that are programs of
 * their own, which there are none of; and node:process as a module, which opens the standard streams to export them.
 * long: the WebAssembly that it multiplies by, for which it has code to fall back on.
 */
function lightPackages() {
  const contents = { "node:child_process": "module.exports = {};", "node:process": "module.exports = process;" };
  return {
    name: "light-packages",
    setup(builder) {
      builder.onResolve({ filter: /^node:(child_process|process)$/ }, ({ path, importer }) =>
        /[\\/]commander[\\/]/.test(importer) ? { path, namespace: "light" } : undefined,
      );
      builder.onLoad({ filter: /.*/, namespace: "light" }, ({ path }) => ({ contents: contents[path] }));
      builder.onLoad({ filter: /[\\/]long[\\/](umd[\\/])?index\.js$/ }, ({ path }) => ({
        contents: `const WebAssembly = undefined;\n${readFileSync(path, "utf8")}`,
      }));
    },
  };
}

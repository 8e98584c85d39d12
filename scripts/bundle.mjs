// Bundles the library and the command line: for `npm run build`, and for the benchmarks, which measure the same.
import { chmodSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = join(root, "src");

const shared = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  logLevel: "warning",
};

/** The library, entry by entry, sharing chunks; its dependencies are left to npm. */
export async function bundleLibrary(folder) {
  await build({
    ...shared,
    splitting: true,
    packages: "external",
    entryPoints: { index: join(source, "index.ts"), llb: join(source, "llb/index.ts") },
    outdir: folder,
    chunkNames: "lib/[name]-[hash]",
  });
}

/**
 * The command line with all it needs. Each file that is loaded costs at every start, so all that `llbc compile` runs
 * is one file, `cli/core.js`; the rest is in parts that are loaded when a command needs them, and that take from the
 * core what is there.
 */
export async function bundleCommandLine(folder) {
  const main = join(source, "cli/main.ts");
  const options = {
    ...shared,
    minifySyntax: true,
    minifyWhitespace: true,
    // CommonJS packages in the bundle ask for Node's own modules by require.
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  };
  const imports = await importsFrom(main, options);
  const core = await coreModules(main, imports);
  const parts = partsOf(imports, core);
  const plugins = [lightCommander()];
  await build({
    ...options,
    stdin: { contents: coreEntry(core), resolveDir: root },
    outfile: join(folder, "cli/core.js"),
    plugins: [...plugins, importParts(parts)],
  });
  await build({
    ...options,
    splitting: true,
    entryPoints: Object.fromEntries([...parts].map(([path, name]) => [name, path])),
    outdir: join(folder, "cli"),
    chunkNames: "part-[hash]",
    plugins: [...plugins, importCore(core)],
  });
  const cli = join(folder, "cli.js");
  writeFileSync(cli, launcher(core.get(main)));
  chmodSync(cli, 0o755);
}

/** Node 22 and later can keep the compiled code for the next start. */
function launcher({ prefix }) {
  return `#!/usr/bin/env node
import module from "node:module";
module.enableCompileCache?.();
const { ${prefix}main: main } = await import("./cli/core.js");
await main();
`;
}

/** What each file of src imports of others, as absolute paths: `{ now, later }`. */
async function importsFrom(entry, options) {
  const { metafile } = await build({
    ...options,
    entryPoints: [entry],
    outdir: "unused",
    write: false,
    metafile: true,
  });
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

/** The modules of the core with the names they export: the command line, and what `llbc compile` runs. */
async function coreModules(main, imports) {
  const modules = new Set([main, ...imports.get(join(source, "cli/commands/compile.ts")).now]);
  // A set that grows while it is walked.
  for (const path of modules) for (const next of imports.get(path).now) modules.add(next);
  const single = { ...shared, bundle: false, write: false, metafile: true, outdir: "unused", outbase: source };
  const { metafile } = await build({ ...single, entryPoints: [...modules] });
  const names = Object.values(metafile.outputs).map((output) => [join(root, output.entryPoint), output.exports]);
  return new Map(names.map(([path, exported], index) => [path, { exported, prefix: `m${index}_` }]));
}

/** All that is loaded later, each with the name of its file. */
function partsOf(imports, core) {
  const later = [...imports.values()].flatMap((each) => each.later).filter((path) => !core.has(path));
  return new Map(later.map((path) => [path, relative(source, path).replace(/\.ts$/, "").replaceAll(/[\\/]/g, "-")]));
}

function coreEntry(core) {
  const line = ([path, { exported, prefix }]) =>
    `export { ${exported.map((name) => `${name} as ${prefix}${name}`).join(", ")} } from ${JSON.stringify(path)};`;
  return [...core].map(line).join("\n");
}

/** In the core: what it imports later is a file beside it. */
function importParts(parts) {
  return {
    name: "import-parts",
    setup(builder) {
      builder.onResolve({ filter: /^\.{1,2}\// }, ({ path, kind, importer }) => {
        const name = kind === "dynamic-import" ? parts.get(resolve(dirname(importer), path)) : undefined;
        return name === undefined ? undefined : { path: `./${name}.js`, external: true };
      });
    },
  };
}

/** Outside of the core: its modules are in the file beside, under their prefixed names. */
function importCore(core) {
  return {
    name: "import-core",
    setup(builder) {
      builder.onResolve({ filter: /^\.{1,2}\// }, ({ path, importer, namespace }) => {
        if (namespace === "core") return { path, external: true };
        const module = resolve(dirname(importer), path);
        return core.has(module) ? { path: module, namespace: "core", sideEffects: false } : undefined;
      });
      builder.onLoad({ filter: /.*/, namespace: "core" }, ({ path }) => {
        const { exported, prefix } = core.get(path);
        const names = exported.map((name) => `${prefix}${name} as ${name}`).join(", ");
        return { contents: `export { ${names} } from "./core.js";` };
      });
    },
  };
}

/**
 * commander without what takes time at every start: node:child_process, for commands that are programs of their own,
 * which there are none of; and node:process as a module, which opens the standard streams to export them.
 */
function lightCommander() {
  const contents = { "node:child_process": "module.exports = {};", "node:process": "module.exports = process;" };
  return {
    name: "light-commander",
    setup(builder) {
      builder.onResolve({ filter: /^node:(child_process|process)$/ }, ({ path, importer }) =>
        /[\\/]commander[\\/]/.test(importer) ? { path, namespace: "light" } : undefined,
      );
      builder.onLoad({ filter: /.*/, namespace: "light" }, ({ path }) => ({ contents: contents[path] }));
    },
  };
}

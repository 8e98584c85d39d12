// Makes dist/: the library (entry by entry, sharing chunks, its dependencies left to npm), the command line (bundled
// whole, so that it starts fast and loads a part only when a command needs it), and the types.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
rmSync(dist, { recursive: true, force: true });

const shared = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  outdir: dist,
  logLevel: "warning",
};
await build({
  ...shared,
  entryPoints: { index: join(root, "src/index.ts"), llb: join(root, "src/llb/index.ts") },
  packages: "external",
  chunkNames: "lib/[name]-[hash]",
});
await build({
  ...shared,
  entryPoints: { cli: join(root, "src/cli/main.ts") },
  chunkNames: "cli/[name]-[hash]",
  minifySyntax: true,
  minifyWhitespace: true,
  plugins: [withoutChildProcess()],
  // CommonJS packages in the bundle ask for Node's own modules by require.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
});
chmodSync(join(dist, "cli.js"), 0o755);

const types = spawnSync(
  process.execPath,
  [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "tsconfig.build.json")],
  { stdio: "inherit" },
);
if (types.status !== 0) process.exit(1);
copyGenerated(join(root, "src"));

/** commander loads node:child_process for commands that are programs of their own, which there are none of: time at every start. */
function withoutChildProcess() {
  return {
    name: "without-child-process",
    setup(builder) {
      builder.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
        /[\\/]commander[\\/]/.test(importer) ? { path: "nothing", namespace: "nothing" } : undefined,
      );
      builder.onLoad({ filter: /.*/, namespace: "nothing" }, () => ({ contents: "module.exports = {};" }));
    },
  };
}

/** The types of generated code are files of their own; the compiler leaves them where they are. */
function copyGenerated(folder) {
  for (const entry of readdirSync(folder)) {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) copyGenerated(path);
    else if (entry.endsWith(".d.ts")) cpSync(path, join(dist, "types", relative(join(root, "src"), path)));
  }
}

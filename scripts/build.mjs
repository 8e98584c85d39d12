// Makes dist/: the library (entry by entry, sharing chunks, its dependencies left to npm), the command line (bundled
// whole, so that it starts fast and loads a part only when a command needs it), and the types.
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleCommandLine, bundleLibrary } from "./bundle.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
rmSync(dist, { recursive: true, force: true });

await bundleLibrary(dist);
await bundleCommandLine(dist);

const types = spawnSync(
  process.execPath,
  [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "tsconfig.build.json")],
  { stdio: "inherit" },
);
if (types.status !== 0) process.exit(1);
copyGenerated(join(root, "src"));

/** The types of generated code are files of their own; the compiler leaves them where they are. */
function copyGenerated(folder) {
  for (const entry of readdirSync(folder)) {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) copyGenerated(path);
    else if (entry.endsWith(".d.ts")) cpSync(path, join(dist, "types", relative(join(root, "src"), path)));
  }
}

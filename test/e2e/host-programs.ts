import { cpSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "./worker.ts";

/**
 * Puts programs of this machine, each with the libraries that it is linked against, into a folder that an image can
 * take as its root: nothing has to be fetched for steps that run them.
 */
export async function copyPrograms(root: string, programs: readonly string[]): Promise<void> {
  for (const program of programs) {
    const { stdout } = await run("ldd", [program]);
    for (const file of [program, ...(stdout.match(/\/\S+/g) ?? [])]) {
      const place = join(root, file);
      mkdirSync(dirname(place), { recursive: true });
      cpSync(realpathSync(file), place);
    }
  }
  // OpenSSH wants to know who runs it.
  mkdirSync(join(root, "etc"), { recursive: true });
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
}

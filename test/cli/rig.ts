import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { runCommandLine } from "../../src/cli/command-line.ts";
import type { ExitCode } from "../../src/cli/terminal.ts";
import { memoryTerminal } from "./fake-terminal.ts";

export interface Ran {
  readonly code: ExitCode;
  readonly out: string;
  readonly outBytes: Uint8Array;
  readonly err: string;
}

/** A folder with these files, gone after the test. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "llbc-cli-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Runs a command line of llbc in this process, in a folder. */
export async function llbc(
  cwd: string,
  args: readonly string[],
  options: Parameters<typeof memoryTerminal>[0] = {},
): Promise<Ran> {
  const { terminal, out, outBytes, err } = memoryTerminal(options);
  const code = await runCommandLine(args, { ...terminal, cwd });
  return { code, out: out(), outBytes: outBytes(), err: err() };
}

const config = {
  os: "linux",
  architecture: "amd64",
  config: { Env: ["PATH=/bin"] },
  rootfs: { type: "layers", diff_ids: [`sha256:${"d1".repeat(32)}`] },
};

/** What is known of the images that the Dockerfiles of these tests are based on. */
export const images = {
  "docker.io/library/alpine:latest": { digest: `sha256:${"a1".repeat(32)}`, config },
  "docker.io/library/busybox:latest": { digest: `sha256:${"b2".repeat(32)}`, config },
  "docker.io/library/gone:latest": { error: "no such image" },
};

export const imagesFile = JSON.stringify(images);

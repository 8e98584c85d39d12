import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { testWorker } from "../worker.ts";

/** An environment in which docker finds buildx, and nothing of the machine's own settings. */
export function buildxEnvironment(): { readonly HOME: string } {
  const home = join(testWorker().folder, "buildx-home");
  const plugins = join(home, ".docker/cli-plugins");
  const plugin = join(testWorker().programs, "usr/libexec/docker/cli-plugins/docker-buildx");
  mkdirSync(plugins, { recursive: true });
  if (!existsSync(join(plugins, "docker-buildx"))) symlinkSync(plugin, join(plugins, "docker-buildx"));
  return { HOME: home };
}

/** The JSON of an answer without the texts and definitions of Dockerfiles, which differ where their first lines do. */
export function withoutTexts(json: string): string {
  const replacer = (key: string, value: unknown) => (/^(sources|data|definition)$/.test(key) ? "…" : value);
  return JSON.stringify(JSON.parse(json, replacer), undefined, 2);
}

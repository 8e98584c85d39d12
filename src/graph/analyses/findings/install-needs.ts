import { kindOf } from "../estimate.ts";
import { type Install, installOf, isUpkeep, listedFiles } from "../package-tools.ts";
import type { Run } from "./subject.ts";

/** What a RUN that does nothing but install packages reads of the files of a build. */
export interface InstallNeeds {
  /** At least one. */
  readonly installs: readonly Install[];
  /** The files that list what it installs: none for packages that the command names itself. */
  readonly files: readonly string[];
}

/** Undefined where the step does more than to install, or where it cannot be told what it reads. */
export function installNeeds({ commands, op }: Run): InstallNeeds | undefined {
  const installs: Install[] = [];
  const files = new Set<string>();
  // A folder of the build that is mounted is there to be read.
  if (op.mounts.some(({ kind, dest }) => kind === "bind" && dest !== "/")) return undefined;
  for (const command of commands) {
    const install = installOf(command);
    if (install === undefined) {
      if (command.isPlumbed || (kindOf(command) !== "trivial" && !isUpkeep(command))) return undefined;
      continue;
    }
    const needed = command.isPlumbed ? undefined : filesOf(install);
    if (needed === undefined) return undefined;
    installs.push(install);
    for (const file of needed) files.add(file);
  }
  return installs.length === 0 ? undefined : { installs, files: [...files] };
}

/** What lists the packages of an install; undefined where it may read more. */
function filesOf(install: Install): readonly string[] | undefined {
  const { tool, options, packages } = install;
  if (packages.some((word) => !isPackageName(word))) return undefined;
  switch (tool.name) {
    case "npm":
      return packages.length > 0 ? [] : (tool.manifests ?? []);
    case "pip": {
      const listed = listedFiles(install);
      if (options.some((option) => /^(?:-e|--editable)/.test(option))) return undefined;
      return listed.length + packages.length === 0 ? undefined : listed;
    }
    case "composer":
      return options.includes("--no-scripts") && options.includes("--no-autoloader")
        ? (tool.manifests ?? [])
        : undefined;
    case "poetry":
      return options.includes("--no-root") ? (tool.manifests ?? []) : undefined;
    case "uv":
      return options.includes("--no-install-project") ? (tool.manifests ?? []) : undefined;
    default:
      return tool.manifests ?? [];
  }
}

/** A name with what may be said of its version; no path, no address, no archive. */
function isPackageName(word: string): boolean {
  return /^(?:@[\w.-]+\/)?[\w$][\w.+:~^=<>!,@[\]${}*-]*$/.test(word) && !/\.(?:deb|rpm|apk|whl|tgz|gz|zip)$/.test(word);
}

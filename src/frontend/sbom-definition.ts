import { edgeOf } from "../llb/edge-of.ts";
import { outputOfMount } from "../llb/exec-op.ts";
import { marshal } from "../llb/marshal.ts";
import type { Edge, ExecMount, ExecVertex } from "../llb/vertex.ts";
import type { Platform } from "../platform.ts";
import { joinPath } from "../slash-path.ts";

/** A scanner, ready to run. */
export interface Scanner {
  /** A reference, with its digest where it is known. */
  readonly image: string;
  readonly platform: Platform;
  /** Entrypoint and command, environment and folder of its image. */
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly workingDir: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** What is scanned: `pb.Definition` messages. */
export interface ScanSubject {
  /** The platform of the result. */
  readonly name: string;
  readonly core: Uint8Array;
  readonly extras: ReadonlyMap<string, Uint8Array>;
  readonly ignoreCache: boolean;
}

const destination = "/run/out/";

/**
 * The definition of a scanner's run, by BuildKit's protocol for them: what is scanned is mounted under /run/src, and the
 * result is what the scanner leaves in /run/out.
 */
export function sbomDefinition(scanner: Scanner, subject: ScanSubject): Uint8Array {
  const { platform } = scanner;
  const image: Edge = {
    vertex: {
      kind: "source",
      identifier: `docker-image://${scanner.image}`,
      platform,
      metadata: { caps: ["source.image"] },
    },
    output: 0,
  };
  const output: ExecMount = { target: destination };
  const vertex: ExecVertex = {
    kind: "exec",
    meta: {
      args: scanner.args,
      env: environmentOf(scanner, subject),
      cwd: joinPath("/", scanner.workingDir),
    },
    mounts: [
      { target: "/", source: image },
      temporaryFolder(image, platform),
      { target: "/run/src/core/sbom", source: edgeOf(subject.core), readonly: true },
      ...[...subject.extras].map(([name, extra]) => ({
        target: `/run/src/extras/sbom-${name}`,
        source: edgeOf(extra),
        readonly: true,
      })),
      output,
    ],
    platform,
    metadata: {
      description: new Map([["llb.customname", `[${subject.name}] generating sbom using ${scanner.image}`]]),
      ...(subject.ignoreCache ? { ignoreCache: true } : {}),
    },
  };
  const result = { vertex, output: outputOfMount(vertex, output) };
  return marshal(result, { platform }).definition.bytes;
}

function environmentOf({ env, parameters }: Scanner, { extras }: ScanSubject): readonly string[] {
  const entries = [
    ...env,
    `BUILDKIT_SCAN_DESTINATION=${destination}`,
    "BUILDKIT_SCAN_SOURCE=/run/src/core/sbom",
    ...(extras.size === 0 ? [] : ["BUILDKIT_SCAN_SOURCE_EXTRAS=/run/src/extras"]),
    ...[...parameters].map(([name, value]) => `BUILDKIT_SCAN_${name}=${value}`),
  ];
  // Of several entries with one name the last counts, in its place.
  const byName = new Map<string, string>();
  for (const entry of entries) {
    const name = entry.split("=", 1)[0] ?? "";
    byName.delete(name);
    byName.set(name, entry.includes("=") ? entry : `${entry}=`);
  }
  return [...byName.values()];
}

/** Windows has no file systems in memory. */
function temporaryFolder(image: Edge, platform: Platform): ExecMount {
  if (platform.os !== "windows") return { target: "/tmp", tmpfs: { size: 0n } };
  const source: Edge = {
    vertex: {
      kind: "file",
      base: image,
      actions: [{ kind: "mkdir", path: "/tmp", mode: 0o777, makeParents: true }],
      platform,
    },
    output: 0,
  };
  return { target: "/tmp", source, selector: "/tmp", noOutput: true };
}

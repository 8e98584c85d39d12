import { createHash } from "node:crypto";
import type { CompileOptions, ResolvedImage } from "../../src/graph/compile-options.ts";
import type { InspectionLocation } from "../../src/graph/inspection-json.ts";
import { parsePlatform } from "../../src/platform.ts";
import type { ConformanceCase } from "./load.ts";

/** The lines of a location as the cases write them. */
export function linesOf(location: InspectionLocation): readonly number[] {
  return (location.ranges ?? []).map((range) => range.start.line ?? 0);
}

/** The options of an inspection case; images that it does not list answer as `README.md` says. */
export function compileOptionsOf({ options, files }: ConformanceCase<unknown>): CompileOptions {
  const dockerignore = files.get(".dockerignore");
  const dockerfileIgnore = files.get("Dockerfile.dockerignore");
  return {
    sessionId: "conformancesession0000000",
    ...options,
    ...(dockerignore === undefined ? {} : { dockerignore }),
    ...(dockerfileIgnore === undefined ? {} : { dockerfileIgnore }),
    resolver: { image: async (ref, { platform }) => defaultImage(ref, platform) },
  };
}

function defaultImage(ref: string, platform: string): ResolvedImage {
  const { os, architecture, variant, osVersion } = parsePlatform(platform);
  return {
    digest: /@(sha256:[0-9a-f]{64})$/.exec(ref)?.[1] ?? digestOf(ref),
    config: {
      architecture,
      os,
      ...(variant === undefined ? {} : { variant }),
      ...(osVersion === undefined ? {} : { "os.version": osVersion }),
      config: { Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"] },
      rootfs: { type: "layers", diff_ids: [digestOf(`${ref}-layer`)] },
    },
  };
}

function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

import { type Diagnostic, DockerfileError } from "../../src/diagnostic.ts";
import { digestOf } from "../../src/digest.ts";
import { compile } from "../../src/graph/compile.ts";
import type { CompileOptions, ResolvedImage } from "../../src/graph/compile-options.ts";
import { type Platform, parsePlatform } from "../../src/platform.ts";
import type { ConformanceCase, ExpectedCompilation } from "./load.ts";

/** What differs between our compile and BuildKit's answer, one sentence each; none when the case passes. */
export async function differencesOf(testCase: ConformanceCase<ExpectedCompilation>): Promise<string[]> {
  const { dockerfile, expected } = testCase;
  const differences: string[] = [];
  const same = (what: string, actual: unknown, wanted: unknown) => {
    const [a, b] = [JSON.stringify(actual), JSON.stringify(wanted)];
    if (a !== b) differences.push(`${what}: got ${a}, want ${b}`);
  };
  try {
    const result = await compile(dockerfile, optionsOf(testCase));
    if (!expected.ok) return [`compiled, but BuildKit refuses it (lines ${JSON.stringify(expected.error?.lines)})`];
    same("warnings", warningsOf(result.diagnostics), rulesAndLines(expected.warnings ?? []));
    same("lookups", result.lookups, expected.lookups);
    same("result metadata", sortedEntries(result.resultMetadata), sortedEntries(expected.resultMetadata ?? {}));
    same(
      "platforms",
      result.platforms.map((one) => one.platform),
      expected.platforms?.map((one) => one.platform),
    );
    expected.platforms?.forEach((wanted, index) => {
      const actual = result.platforms[index];
      if (actual === undefined) return;
      const bytes = Buffer.from(wanted.definition, "base64");
      if (!bytes.equals(actual.definition.bytes)) {
        differences.push(`${wanted.platform}: definition differs`);
      }
      same(`${wanted.platform}: image`, Buffer.from(actual.imageJSON).toString(), wanted.imageJSON);
      const base = actual.baseImageJSON;
      same(`${wanted.platform}: base image`, base && Buffer.from(base).toString(), wanted.baseImageJSON);
      same(`${wanted.platform}: epoch`, textOf(actual.epoch), textOf(wanted.epoch));
    });
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    const first = error.diagnostics.find(({ severity }) => severity === "error");
    if (expected.ok) return [`refused: ${first?.message} (lines ${first?.lines})`];
    same("error lines", first?.lines, expected.error?.lines);
    const places = new Set(first?.ranges.map(({ start }) => start.line));
    const related = expected.error?.related?.flat() ?? [];
    same(
      "related lines",
      related.filter((line) => !places.has(line)),
      [],
    );
    same("warnings", warningsOf(error.diagnostics), rulesAndLines(expected.warnings ?? []));
  }
  return differences;
}

/** The options of a case as `compile` takes them, with the resolver that `README.md` of the set describes. */
export function optionsOf(testCase: ConformanceCase<unknown>): CompileOptions {
  const { files, options } = testCase;
  const dockerignore = files.get(".dockerignore");
  const dockerfileIgnore = files.get("Dockerfile.dockerignore");
  return {
    sessionId: "conformancesession0000000",
    ...options,
    ...(dockerignore === undefined ? {} : { dockerignore }),
    ...(dockerfileIgnore === undefined ? {} : { dockerfileIgnore }),
    resolver: { image: async (ref, request) => imageFor(ref, parsePlatform(request.platform)) },
  };
}

function imageFor(ref: string, platform: Platform): ResolvedImage {
  const digest = ref.includes("@") ? ref.slice(ref.indexOf("@") + 1) : digestOf(ref);
  return {
    digest,
    config: {
      architecture: platform.architecture,
      os: platform.os,
      ...(platform.variant === undefined ? {} : { variant: platform.variant }),
      ...(platform.osVersion === undefined ? {} : { "os.version": platform.osVersion }),
      config: { Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"] },
      rootfs: { type: "layers", diff_ids: [digestOf(`${ref}-layer`)] },
    },
  };
}

function warningsOf(diagnostics: readonly Diagnostic[]): unknown {
  return rulesAndLines(diagnostics.filter(({ severity }) => severity === "warning"));
}

function rulesAndLines(warnings: readonly { readonly rule: string; readonly lines: readonly number[] }[]): unknown {
  return warnings.map(({ rule, lines }) => `${rule} ${lines.join(",")}`);
}

function sortedEntries(record: Readonly<Record<string, string>>): unknown {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

function textOf(value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** One conformance case: a Dockerfile with options, and what BuildKit's own frontend answered. */
export interface ConformanceCase<Expected> {
  readonly group: string;
  readonly name: string;
  /** What the case is about, in one sentence. */
  readonly about: string;
  readonly options: CaseOptions;
  readonly dockerfile: Uint8Array;
  /** `.dockerignore` at the root of the context, `Dockerfile.dockerignore` next to the Dockerfile. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly expected: Expected;
}

/** The options of a case by the names that `README.md` beside this file explains; absent ones are not set. */
export interface CaseOptions {
  readonly targetPlatforms?: readonly string[];
  readonly buildPlatform?: string;
  readonly multiPlatform?: boolean;
  readonly target?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly hostname?: string;
  readonly networkMode?: string;
  readonly cgroupParent?: string;
  readonly shmSize?: number;
  readonly imageResolveMode?: string;
  readonly addHosts?: readonly string[];
  readonly ulimits?: readonly string[];
  readonly resources?: Readonly<Record<string, string | number>>;
  readonly noCache?: true | readonly string[];
  readonly sourceDateEpoch?: string;
  readonly cacheMountNamespace?: string;
  readonly check?: string;
  readonly images?: Readonly<Record<string, { config: object; digest: string } | { error: string }>>;
  readonly namedContexts?: Readonly<Record<string, string>>;
  readonly contextFiles?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly sharedKeys?: Readonly<Record<string, string>>;
  readonly localSessionIds?: Readonly<Record<string, string>>;
  readonly context?: string;
  readonly sourceMetadata?: Readonly<Record<string, object>>;
  readonly filename?: string;
  readonly sessionId?: string;
  readonly disabledCaps?: readonly string[];
  readonly rawOptions?: Readonly<Record<string, string>>;
}

export interface ExpectedError {
  readonly lines: readonly number[];
  readonly related?: readonly (readonly number[])[];
}

export interface ExpectedWarning {
  readonly rule: string;
  readonly lines: readonly number[];
}

export interface ExpectedCompilation {
  readonly ok: boolean;
  readonly error?: ExpectedError;
  readonly warnings?: readonly ExpectedWarning[];
  readonly lookups?: readonly { ref: string; platform: string; mode: string }[];
  readonly platforms?: readonly {
    readonly platform: string;
    /** base64 of the `pb.Definition` message; empty for an empty result. */
    readonly definition: string;
    readonly imageJSON: string;
    readonly baseImageJSON?: string;
    readonly epoch?: number | string;
  }[];
  readonly resultMetadata?: Readonly<Record<string, string>>;
  readonly note?: string;
}

const folder = new URL("./data/", import.meta.url);
const inspections = new Set(["parse", "outline", "targets", "lint", "expansion"]);

/** All cases of definitions: every group but those that inspect. */
export function loadCompileCases(): ConformanceCase<ExpectedCompilation>[] {
  return readdirSync(folder)
    .map((file) => file.replace(/\.json\.gz$/, ""))
    .filter((group) => !inspections.has(group))
    .sort()
    .flatMap((group) => loadGroup<ExpectedCompilation>(group));
}

/** The cases of one group, e.g. `parse`, `outline`, `targets`, `lint`; the caller knows the shape of the answers. */
export function loadGroup<Expected>(group: string): ConformanceCase<Expected>[] {
  const cases: StoredCase<Expected>[] = readStored(group);
  return cases.map((stored) => ({
    group,
    name: stored.name,
    about: stored.about,
    options: stored.options,
    dockerfile: toBytes(stored.dockerfile),
    files: new Map(Object.entries(stored.files ?? {}).map(([name, text]) => [name, toBytes(text)])),
    expected: stored.expected,
  }));
}

export interface ExpansionCase {
  readonly word: string;
  readonly env: string;
  readonly escape?: string;
  readonly mode?: readonly string[] | string;
  readonly result?: string;
  readonly matched?: readonly string[];
  readonly unmatched?: readonly string[];
  readonly words?: readonly string[];
  readonly error?: true;
  readonly wordsError?: true;
}

/** Word expansion: named environments (a list keeps order and may repeat names) and the cases that use them. */
export function loadExpansion(): {
  readonly environments: Readonly<Record<string, Readonly<Record<string, string>> | readonly string[]>>;
  readonly cases: readonly ExpansionCase[];
} {
  return readStored("expansion");
}

type StoredText = string | { readonly base64: string };

interface StoredCase<Expected> {
  readonly name: string;
  readonly about: string;
  readonly options: CaseOptions;
  readonly dockerfile: StoredText;
  readonly files?: Readonly<Record<string, StoredText>>;
  readonly expected: Expected;
}

// The data are part of this repository: their shape is what the tests check, so no validation here.
function readStored(name: string): never {
  return JSON.parse(gunzipSync(readFileSync(new URL(`${name}.json.gz`, folder))).toString("utf8")) as never;
}

function toBytes(text: StoredText): Uint8Array {
  return typeof text === "string" ? Buffer.from(text, "utf8") : Buffer.from(text.base64, "base64");
}

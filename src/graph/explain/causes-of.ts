import type { BuildRecord, RecordedVertex, Trait } from "../history/build-record.ts";
import type { Manifest } from "../history/manifest.ts";
import { isLocal } from "./cache-model.ts";
import type { Cause } from "./cause.ts";
import type { ExplainedBuild } from "./explained-build.ts";
import { fileChanges } from "./file-changes.ts";

export interface CauseContext {
  readonly build: ExplainedBuild;
  readonly against: BuildRecord | undefined;
  /** By digest, what a vertex was in the other build. */
  readonly matches: ReadonlyMap<string, RecordedVertex>;
  readonly isRunning: (digest: string) => boolean;
}

/** Why a vertex that runs does so. At least one cause; what is nearest to the user first. */
export function causesOf(vertex: RecordedVertex, context: CauseContext): readonly Cause[] {
  const { against, matches } = context;
  if (vertex.ignoresCache) return [{ kind: "no-cache" }];
  const before = matches.get(vertex.digest);
  if (against === undefined || before === undefined) return [{ kind: "new" }];
  const own = [...traitCauses(vertex, before, context), ...fileCauses(vertex, before, context)];
  const causes = [...own, ...inputCauses(vertex, before, context)];
  if (causes.length > 0) return causes;
  return [workerCause(context.build, against) ?? { kind: "pruned" }];
}

function traitCauses(vertex: RecordedVertex, before: RecordedVertex, context: CauseContext): readonly Cause[] {
  const old = new Map(before.traits.map((trait) => [trait.name, trait]));
  const now = new Map(vertex.traits.map((trait) => [trait.name, trait]));
  const names = [...new Set([...now.keys(), ...old.keys()])].filter(
    (name) => old.get(name)?.value !== now.get(name)?.value,
  );
  const texts = [textOf(before.name), textOf(vertex.name)] as const;
  const causes: Cause[] = [];
  if (
    texts[0] !== texts[1] &&
    names.some((name) => !name.startsWith("env ") && name !== "source" && name !== "platform")
  ) {
    causes.push({ kind: "instruction", before: texts[0], after: texts[1] });
  }
  // Values of arguments can be in the text: an instruction that looks the same may still say something else.
  for (const name of names) {
    const cause = traitCause(name, old.get(name), now.get(name), context);
    if (cause !== undefined && !(cause.kind === "property" && causes.length > 0)) causes.push(cause);
  }
  return causes;
}

function traitCause(
  name: string,
  old: Trait | undefined,
  now: Trait | undefined,
  { build, against }: CauseContext,
): Cause | undefined {
  if (name === "order of the environment") return undefined;
  if (name === "source" || name === "platform") {
    return { kind: name, before: old?.value ?? "", after: now?.value ?? "" };
  }
  if (!name.startsWith("env ")) return { kind: "property", name };
  const variable = name.slice("env ".length);
  if (build.buildArgs.get(variable) !== against?.buildArgs.get(variable)) return { kind: "build-arg", name: variable };
  const change = old === undefined ? "added" : now === undefined ? "removed" : "changed";
  return { kind: "variable", name: variable, change };
}

function fileCauses(vertex: RecordedVertex, before: RecordedVertex, context: CauseContext): readonly Cause[] {
  const { build, against } = context;
  const local = new Set(build.vertices.filter(isLocal).map(({ digest }) => digest));
  return vertex.deps.flatMap((dep, index): readonly Cause[] => {
    const old = before.deps[index];
    const input = vertex.inputs[index]?.digest ?? "";
    if (dep.reads === undefined || !local.has(input) || old === undefined) return [];
    if (dep.content !== undefined && dep.content === old.content) return [];
    const manifests = [against?.manifests.get(before.inputs[index]?.digest ?? ""), build.manifests.get(input)] as const;
    return [filesCause(manifests, { before: old.reads ?? dep.reads, after: dep.reads })];
  });
}

function filesCause(
  [before, after]: readonly [Manifest | undefined, Manifest | undefined],
  reads: Parameters<typeof fileChanges>[2],
): Cause {
  if (before === undefined || after === undefined) return { kind: "unknown-files" };
  const files = fileChanges(before, after, reads);
  return files.length === 0 ? { kind: "unknown-files" } : { kind: "files", files };
}

/** What it builds on, where that runs again or is something else than before. */
function inputCauses(vertex: RecordedVertex, before: RecordedVertex, context: CauseContext): readonly Cause[] {
  const { build, matches, isRunning } = context;
  const byDigest = new Map(build.vertices.map((each) => [each.digest, each]));
  const seen = new Set<string>();
  return vertex.inputs.flatMap(({ digest }, index): readonly Cause[] => {
    const input = byDigest.get(digest);
    if (input === undefined || isLocal(input) || seen.has(digest)) return [];
    seen.add(digest);
    const other = matches.get(digest);
    const isOther = other === undefined || other.digest !== before.inputs[index]?.digest;
    if (isRunning(digest)) return [{ kind: "input", digest, name: input.name }];
    return isOther ? [{ kind: "order", digest, name: input.name }] : [];
  });
}

function workerCause({ worker }: ExplainedBuild, against: BuildRecord): Cause | undefined {
  const before = against.worker?.address;
  const after = worker?.address;
  if (before === undefined || after === undefined || before === after) return undefined;
  return { kind: "worker", before, after };
}

/** An instruction without its place in the Dockerfile. */
export function textOf(name: string): string {
  return name.replace(/^\[[^\]]*\] /, "");
}

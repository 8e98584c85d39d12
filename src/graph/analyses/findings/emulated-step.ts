import type { GraphVertex } from "../../build-graph.ts";
import { kindOf } from "../estimate.ts";
import { installOf } from "../package-tools.ts";
import { baseOf, type ShellCommand } from "../shell-commands.ts";
import { type DraftFinding, provenanceOf, savingOf } from "./draft-finding.ts";
import { makespanOf, retimed } from "./rebuild.ts";
import { type FindingSubject, type Run, type Step, type SubjectStage, verticesOf } from "./subject.ts";

/**
 * Steps that run under QEMU, on the longest way of the build, of a stage whose product does not depend on where it is
 * made: by Go, which compiles for any platform, or for the JVM, .NET or browsers, which is the same everywhere. Left
 * alone are stages that the result stands on, and those in which anything else compiles.
 */
export function emulatedSteps(subject: FindingSubject): readonly DraftFinding[] {
  const shipped = shippedStages(subject);
  return subject.stages.flatMap((root) => {
    if (root.base !== undefined || root.stage.platform !== "") return [];
    const family = subject.stages.filter((stage) => rootOf(stage) === root);
    if (family.some((stage) => shipped.has(stage))) return [];
    const finding = emulatedStage(subject, root, family);
    return finding === undefined ? [] : [finding];
  });
}

function emulatedStage(
  subject: FindingSubject,
  { stage }: SubjectStage,
  family: readonly SubjectStage[],
): DraftFinding | undefined {
  const { timed, durations, numberOf } = subject;
  const steps = family.flatMap((each) => each.steps);
  const runs = steps.flatMap((step) => (step.kind === "run" ? step.runs : []));
  const factorOf = ({ digest }: GraphVertex) => durations.get(digest)?.emulation ?? 1;
  const emulated = runs.filter(({ vertex }) => factorOf(vertex) > 1);
  if (emulated.length === 0) return undefined;
  const product = productOf(runs);
  if (product === undefined || !takesOnly(subject, family, product)) return undefined;
  const factors = new Map(emulated.map(({ vertex }) => [numberOf(vertex), factorOf(vertex)]));
  const before = makespanOf(timed);
  const after = makespanOf(retimed(timed, (time, vertex) => time / (factors.get(vertex) ?? 1)));
  const vertices = emulated.map(({ vertex }) => vertex);
  const saving = savingOf(before, after, "without a cache", provenanceOf(vertices, durations));
  if (saving === undefined) return undefined;
  const heavy = steps.filter((step) => step.kind === "run" && step.runs.some((run) => isHeavy(run)));
  return {
    rule: "emulated-step",
    reason: `${stage.name === "" ? "this stage" : `stage ${stage.name}`} runs under emulation for ${platformsOf(emulated)}, ${product.why}`,
    suggestion: suggestionOf(stage.sourceCode, product),
    saving,
    places: [
      { lines: stage.lines, tokens: [stage.baseName] },
      ...heavy.filter((step) => verticesOf(step).some((vertex) => factorOf(vertex) > 1)).map(placeOf),
    ],
    vertices,
  };
}

interface Product {
  readonly kind: "go" | "dotnet" | "jvm" | "web";
  readonly why: string;
  /** What may be taken out of the stage: the rest could be of a platform. */
  readonly taken: RegExp;
}

const products: readonly (Product & { readonly tools: RegExp })[] = [
  {
    kind: "go",
    tools: /^(?:go|gofmt)$/,
    why: "though Go compiles for any platform on any other",
    taken: /./,
  },
  {
    kind: "dotnet",
    tools: /^dotnet$/,
    why: "though .NET publishes for any platform on any other",
    taken: /./,
  },
  {
    kind: "jvm",
    tools: /^(?:mvnw?|gradlew?|javac|sbt)$/,
    why: "though what it makes is the same for all platforms",
    taken: /\.[jw]ar$|\/(?:target|libs)\/?$/,
  },
  {
    kind: "web",
    tools: /^(?:npm|pnpm|yarn|corepack|vite|webpack|tsc)$/,
    why: "though what it makes is the same for all platforms",
    taken: /\/(?:dist|public|static|www|html|_site)\/?\.?$/,
  },
];

/** What all that compiles in some steps makes; undefined if not all of it is of one kind that crosses platforms. */
function productOf(runs: readonly Run[]): Product | undefined {
  const heavy = runs.flatMap(({ commands }) => commands.filter(isHeavyCommand));
  const programs = heavy.map(({ words }) => baseOf(words[0] ?? ""));
  if (programs.length === 0) return undefined;
  const product = products.find(({ tools }) => programs.every((program) => tools.test(program)));
  if (product?.kind === "go" && runs.some(compilesC)) return undefined;
  return product;
}

function isHeavy({ commands }: Run): boolean {
  return commands.some(isHeavyCommand);
}

/** System packages are of the stage alone; what is not known could be anything, and is taken to compile. */
function isHeavyCommand(command: ShellCommand): boolean {
  const install = installOf(command);
  if (install !== undefined) return install.tool.kind === "project";
  const kind = kindOf(command);
  if (kind === "other")
    return !/^(?:apt|apt-get|apk|yum|dnf|git|set|update-ca-certificates)$/.test(baseOf(command.words[0] ?? ""));
  return kind === "build";
}

/** A C compiler is installed, or asked for: then Go needs one for the other platform. */
function compilesC({ op, commands }: Run): boolean {
  if ([...(op.meta.env ?? []), ...op.meta.args].some((text) => text.includes("CGO_ENABLED=1"))) return true;
  return commands.some(({ words }) =>
    words.some((word) =>
      /^(?:CGO_ENABLED=1|gcc|g\+\+|clang|musl-dev|build-base|build-essential|libc6?-dev)$/.test(word),
    ),
  );
}

/** Whether other stages take nothing of these but what is the same wherever it is made. */
function takesOnly({ graph }: FindingSubject, family: readonly SubjectStage[], { taken }: Product): boolean {
  const own = new Set(family.flatMap(({ steps }) => steps.flatMap(verticesOf)).map(({ digest }) => digest));
  return graph.vertices.every(({ digest, op, inputs }) => {
    if (own.has(digest) || !inputs.some((input) => own.has(input.digest))) return true;
    if (op.kind !== "file") return false;
    return op.actions.every((action) => action.kind !== "copy" || taken.test(action.src));
  });
}

function suggestionOf(from: string, { kind }: Product): string {
  const line = `${from.slice(0, 4)} --platform=$BUILDPLATFORM${from.slice(4)}`;
  switch (kind) {
    case "go":
      return `Write ${line}, and compile with ARG TARGETOS TARGETARCH and GOOS=$TARGETOS GOARCH=$TARGETARCH; cgo is off then.`;
    case "dotnet":
      return `Write ${line}, and restore and publish with ARG TARGETARCH and -a $TARGETARCH.`;
    case "jvm":
    case "web":
      return `Write ${line}: then it runs once, for all platforms.`;
  }
}

/** The stages that a result is made of: not only copied from. */
function shippedStages({ graph, stages }: FindingSubject): ReadonlySet<SubjectStage> {
  const shipped = new Set<SubjectStage>();
  for (const digest of graph.results.values()) {
    const name = digest === undefined ? undefined : graph.vertex(digest)?.stage;
    let stage = stages.find((each, index) => (each.stage.name || `stage-${index}`) === name);
    for (; stage !== undefined; stage = stage.base) shipped.add(stage);
  }
  return shipped;
}

function rootOf(stage: SubjectStage): SubjectStage {
  let root = stage;
  while (root.base !== undefined) root = root.base;
  return root;
}

function platformsOf(runs: readonly Run[]): string {
  return [...new Set(runs.flatMap(({ vertex }) => vertex.platforms))].join(", ");
}

function placeOf({ instruction }: Step): DraftFinding["places"][number] {
  return { lines: instruction.lines, tokens: [] };
}

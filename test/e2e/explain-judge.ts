import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Cause } from "../../src/graph/explain/cause.ts";
import type { Explanation } from "../../src/graph/explain/explain.ts";
import { llbc } from "../cli/rig.ts";
import { temporaryFolder } from "./builds.ts";
import { testWorker } from "./worker.ts";

/** Something to build, with all that its edits need to know of it. */
export interface JudgedCase {
  readonly name: string;
  readonly dockerfile: string;
  /** Files of the context that some step copies, and none that is missing. */
  readonly files: Readonly<Record<string, string>>;
  /** A file of them, and a folder that is copied as a whole, to which files can be added. */
  readonly inside: string;
  readonly insideFolder: string | undefined;
  /** By name of an image: what stands in for it; and for the edit of the base, in its place. */
  readonly bases: Readonly<Record<string, string>>;
  readonly otherBases: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** Those that are for the build alone. */
  readonly solveFlags?: readonly string[];
}

/** One change to a case, and what may be named as the cause of what it makes run. */
export interface Edit {
  readonly name: string;
  /** Undefined where the case has nothing to change like that. */
  readonly apply: (judged: JudgedCase) => EditedCase | undefined;
  readonly causes: readonly Cause["kind"][];
  /** Whether it may leave something that cannot be built. */
  readonly breaks?: true;
}

export interface EditedCase {
  /** The file that is edited. */
  readonly path?: string;
  /** In a copy of the context. */
  readonly change?: (folder: string) => void;
  readonly dockerfile?: string;
  readonly flags?: readonly string[];
  readonly bases?: Readonly<Record<string, string>>;
}

/** A step that did something else than was said, or for which something else than the edit was named. */
export interface Miss {
  readonly edit: string;
  readonly step: string;
  readonly predicted: string;
  readonly was: string;
}

export interface Verdict {
  readonly steps: number;
  readonly ran: number;
  /** Steps that were found since what they copy came out as before: said as "unless". */
  readonly conditional: number;
  readonly misses: readonly Miss[];
}

/** Builds a case, then for each edit says what would run, builds, and compares. Each edit starts from the case as it is. */
export async function judge(judged: JudgedCase, edits: readonly Edit[]): Promise<Verdict> {
  const state = temporaryFolder();
  const pristine = writeContext(judged);
  const solveFlags = ["--progress", "none", ...(judged.solveFlags ?? [])];
  const folder = join(temporaryFolder(), "context");
  const run = async (args: readonly string[]) => {
    const result = await llbc(folder, args, { env: { XDG_STATE_HOME: state, XDG_CACHE_HOME: state } });
    if (result.code !== 0) throw new Error(`llbc ${args.join(" ")}: ${result.err}`);
    return result.out;
  };
  const reset = () => {
    rmSync(folder, { recursive: true, force: true });
    cpSync(pristine, folder, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  };
  reset();
  await run(["solve", ".", ...flagsOf(judged, {}), ...solveFlags]);
  const [first]: readonly { readonly ref: string }[] = JSON.parse(await run(["history", "ls", "--json"]));
  const verdicts: Verdict[] = [];
  for (const edit of edits) {
    const edited = edit.apply(judged);
    if (edited === undefined) continue;
    reset();
    edited.change?.(folder);
    if (edited.dockerfile !== undefined) writeFileSync(join(folder, "Dockerfile"), edited.dockerfile);
    const flags = flagsOf(judged, edited);
    const told = JSON.parse(await run(["explain", ".", ...flags, "--against", first?.ref ?? "", "--json"]));
    try {
      await run(["solve", ".", ...flags, ...solveFlags]);
    } catch (error) {
      // What is left after some edits does not build, as where the only file that a step copies is gone.
      if (edit.breaks === true) continue;
      throw error;
    }
    verdicts.push(compare(told, JSON.parse(await run(["history", "show", "--json"])), judged, edit, edited));
  }
  return sumOf(verdicts);
}

export function sumOf(verdicts: readonly Verdict[]): Verdict {
  const sum = (count: (verdict: Verdict) => number) => verdicts.reduce((total, each) => total + count(each), 0);
  return {
    steps: sum(({ steps }) => steps),
    ran: sum(({ ran }) => ran),
    conditional: sum(({ conditional }) => conditional),
    misses: verdicts.flatMap(({ misses }) => misses),
  };
}

interface Built {
  readonly vertices: readonly { readonly name: string; readonly state: string }[];
}

/** Both have the same vertices in the same order: digests differ by the session that sends the context. */
function compare(told: Explanation, built: Built, judged: JudgedCase, edit: Edit, edited: EditedCase): Verdict {
  const misses: Miss[] = [];
  let [steps, ran, conditional, given] = [0, 0, 0, 0];
  const hasNamed = told.vertices.some(({ causes }) => causes.some((cause) => names(cause, edit, edited)));
  for (const [index, vertex] of told.vertices.entries()) {
    if (vertex.kind !== "exec" && vertex.kind !== "file") continue;
    // The text of a heredoc is made by a vertex without inputs: that the worker looks it up can be told as a run of it.
    if (vertex.name.startsWith("[internal]")) continue;
    const { name = "", state: was = "" } = built.vertices[index] ?? {};
    if (name !== vertex.name) throw new Error(`${edit.name}: built ${name} where ${vertex.name} was expected`);
    const miss = (predicted: string) => misses.push({ edit: edit.name, step: name, predicted, was });
    const hasRun = was === "completed";
    steps++;
    if (hasRun) ran++;
    if (hasRun && followsGiven(told, vertex.digest)) given++;
    if (hasRun === (vertex.outcome === "runs")) {
      const wrong = vertex.causes.find(
        (cause) =>
          cause.kind !== "input" && !edit.causes.includes(cause.kind) && !isBuildFile(cause) && !isGiven(cause, judged),
      );
      if (wrong !== undefined) miss(`because of ${wrong.kind}`);
    } else if (!hasRun && mayBeFound(told, vertex.digest)) conditional++;
    else miss(vertex.outcome);
  }
  if (ran > given && !hasNamed) misses.push({ edit: edit.name, step: "", predicted: "the edit is not named", was: "" });
  return { steps, ran, conditional, misses };
}

/** Steps that copy the whole context copy the files that describe the build, too. */
function isBuildFile(cause: Cause): boolean {
  return cause.kind === "files" && cause.files.every(({ path }) => path === "Dockerfile" || path === ".dockerignore");
}

/** What the case itself wants to run in any case. */
function isGiven({ kind }: Cause, { flags = [] }: JudgedCase): boolean {
  return kind === "no-cache" && flags.includes("--no-cache-filter");
}

/** Whether a cause is the edit: of the right kind, and of a file the one that was edited. */
function names(cause: Cause, { causes }: Edit, { path }: EditedCase): boolean {
  if (isBuildFile(cause)) return true;
  if (!causes.includes(cause.kind)) return false;
  return path === undefined || (cause.kind === "files" && cause.files.some((file) => file.path === path));
}

/** Whether it runs only because the case wants a step to run in any case. */
function followsGiven(told: Explanation, digest: string): boolean {
  const causes = told.vertices.find((each) => each.digest === digest)?.causes ?? [];
  return (
    causes.length > 0 &&
    causes.every((cause) => cause.kind === "no-cache" || (cause.kind === "input" && followsGiven(told, cause.digest)))
  );
}

/** Whether it was said to run only unless what it copies comes out as before, or only for what comes after such a step. */
function mayBeFound(told: Explanation, digest: string): boolean {
  const vertex = told.vertices.find((each) => each.digest === digest);
  if (vertex === undefined || vertex.outcome === "cached") return false;
  if (vertex.unless.length > 0) return true;
  return (
    vertex.causes.length > 0 && vertex.causes.every((cause) => cause.kind === "input" && mayBeFound(told, cause.digest))
  );
}

function flagsOf(judged: JudgedCase, edited: EditedCase): readonly string[] {
  const { bases = judged.bases, flags = [] } = edited;
  const contexts = Object.entries(bases).flatMap(([name, ref]) => ["--build-context", `${name}=docker-image://${ref}`]);
  return ["--addr", testWorker().dockerHost, ...contexts, ...(judged.flags ?? []), ...flags];
}

function writeContext({ dockerfile, files }: JudgedCase): string {
  const folder = temporaryFolder();
  for (const [path, content] of Object.entries({ ...files, "outside.txt": "outside", "other/outside.txt": "other" })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  writeFileSync(join(folder, "Dockerfile"), dockerfile);
  return folder;
}

const files: readonly Cause["kind"][] = ["files"];

/** Every kind of edit that the cache of a build can meet. */
export const edits: readonly Edit[] = [
  ...(["inside", "outside"] as const).flatMap((where): readonly Edit[] => {
    const at = (judged: JudgedCase) => (where === "inside" ? judged.inside : "outside.txt");
    const causes = where === "inside" ? files : ["files" as const];
    const change = (name: string, change: (path: string, folder: string) => void): Edit => ({
      name: `${name} a file ${where}`,
      causes,
      apply: (judged) => ({ path: at(judged), change: (folder) => change(join(folder, at(judged)), folder) }),
    });
    return [
      change("touch", (path) => utimesSync(path, 1_700_000_000, 1_700_000_000)),
      change("change", (path) => writeFileSync(path, `other ${where}`)),
      change("chmod", (path) => chmodSync(path, 0o751)),
      {
        name: `add a file ${where}`,
        causes,
        apply: ({ insideFolder }) => {
          if (where === "inside" && insideFolder === undefined) return undefined;
          const path = where === "inside" ? `${insideFolder}/added` : "other/added";
          return { path, change: (folder) => writeFileSync(join(folder, path), "added") };
        },
      },
    ];
  }),
  ...(["delete", "rename"] as const).map(
    (name): Edit => ({
      name: `${name} a file inside`,
      causes: files,
      breaks: true,
      apply: ({ insideFolder, files: known }) => {
        const path = Object.keys(known).find(
          (each) => insideFolder !== undefined && each.startsWith(`${insideFolder}/`),
        );
        if (path === undefined) return undefined;
        return {
          path,
          change: (folder) =>
            name === "delete"
              ? rmSync(join(folder, path))
              : renameSync(join(folder, path), join(folder, `${path}-renamed`)),
        };
      },
    }),
  ),
  {
    name: "delete a file outside",
    causes: files,
    apply: () => ({ change: (folder) => rmSync(join(folder, "outside.txt")) }),
  },
  {
    name: "add a comment",
    causes: [],
    apply: ({ dockerfile }) => ({ dockerfile: dockerfile.replace(/^(RUN|COPY) /m, "# a comment\n$1 ") }),
  },
  {
    name: "edit an instruction",
    causes: ["instruction", "new"],
    apply: ({ dockerfile }) => replaced(dockerfile, /^(RUN (?:--\S+ )*)([^\s<[-].*)$/m, "$1: edited; $2"),
  },
  {
    name: "change the default of an argument",
    causes: ["variable", "instruction", "new", "source", "property"],
    apply: ({ dockerfile }) => {
      const name = stageArgument(dockerfile, "=");
      return name === undefined
        ? undefined
        : replaced(dockerfile, new RegExp(`^(ARG ${name}=)(\\S+)$`, "m"), "$1changed");
    },
  },
  {
    name: "give a build argument",
    causes: ["build-arg", "variable", "instruction", "new", "source", "property"],
    apply: ({ dockerfile }) => {
      const name = stageArgument(dockerfile, "");
      return name === undefined ? undefined : { flags: ["--build-arg", `${name}=given-value`] };
    },
  },
  {
    name: "change a variable",
    causes: ["variable", "instruction", "new", "property"],
    apply: ({ dockerfile }) => replaced(dockerfile, /^(ENV (?!PATH)\w+=)([\w.:/-]+)(?=\s|$)/m, "$1changed"),
  },
  {
    name: "add a variable",
    causes: ["variable"],
    apply: ({ dockerfile }) => replaced(dockerfile, /^(RUN .*)$/m, "ENV LLBC_ADDED=1\n$1"),
  },
  {
    name: "move to another base",
    causes: ["source"],
    apply: ({ otherBases }) => ({ bases: otherBases }),
  },
  {
    name: "swap two instructions",
    causes: ["order"],
    apply: ({ dockerfile }) => replaced(dockerfile, /^(RUN [^\\\n]*)\n(COPY (?!--from)[^\\\n<]*)$/m, "$2\n$1"),
  },
  {
    name: "ignore a file outside",
    causes: files,
    apply: () => ({ change: (folder) => addIgnored(folder, "outside.txt") }),
  },
  {
    name: "ignore a file inside",
    causes: files,
    breaks: true,
    apply: ({ insideFolder, files: known }) => {
      const path = Object.keys(known).find((each) => insideFolder !== undefined && each.startsWith(`${insideFolder}/`));
      return path === undefined ? undefined : { path, change: (folder) => addIgnored(folder, path) };
    },
  },
];

/** An argument of a stage that no FROM uses: with another value of those, other images would be needed. */
function stageArgument(dockerfile: string, end: "=" | ""): string | undefined {
  const first = dockerfile.search(/^FROM /m);
  const froms = dockerfile.match(/^FROM .*$/gm)?.join("\n") ?? "";
  const before = dockerfile.slice(0, first);
  const names = [...dockerfile.slice(first).matchAll(new RegExp(`^ARG (\\w+)${end}`, "gm"))].map(
    ([, name = ""]) => name,
  );
  return names.find(
    (name) => !/^(?:TARGET|BUILD|SOURCE_DATE)/.test(name) && !froms.includes(name) && !before.includes(name),
  );
}

function addIgnored(folder: string, path: string): void {
  const file = join(folder, ".dockerignore");
  writeFileSync(file, `${existsSync(file) ? readFileSync(file, "utf8") : ""}\n${path}\n`);
}

function replaced(dockerfile: string, pattern: RegExp, by: string): EditedCase | undefined {
  const after = dockerfile.replace(pattern, by);
  return after === dockerfile ? undefined : { dockerfile: after };
}

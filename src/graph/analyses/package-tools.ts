import { baseOf, type ShellCommand } from "./shell-commands.ts";

/** A program that installs packages. */
export interface PackageTool {
  readonly name: string;
  /** The programs that are it. */
  readonly programs: RegExp;
  /** The arguments, options left out, that make it install. */
  readonly verbs: readonly string[];
  /**
   * `system` packages come from outside and need no file of the build; `project` packages are those that files of the
   * project list.
   */
  readonly kind: "system" | "project";
  /** For a project: the files that list the packages; with one of `needs` among its words it needs nothing else. */
  readonly manifests?: readonly string[];
  /** Where it keeps what it downloads, for root, and what has to be done for it to do so. */
  readonly caches: readonly string[];
  readonly cacheAdvice?: string;
  readonly sharing?: "locked";
  /** Flags that say not to keep what was downloaded. */
  readonly uncached?: readonly string[];
  /** The part of its time that a warm cache saves. */
  readonly cachedShare: number;
  /** What it usually takes, in milliseconds: at all, and for each package that is named. */
  readonly base: number;
  readonly each: number;
}

const apt: PackageTool = {
  name: "apt-get",
  programs: /^(?:apt|apt-get)$/,
  verbs: ["install"],
  kind: "system",
  caches: ["/var/cache/apt", "/var/lib/apt"],
  cacheAdvice: "and remove /etc/apt/apt.conf.d/docker-clean, which empties them",
  sharing: "locked",
  cachedShare: 0.5,
  base: 12_000,
  each: 1500,
};

export const packageTools: readonly PackageTool[] = [
  apt,
  {
    name: "apk",
    programs: /^apk$/,
    verbs: ["add"],
    kind: "system",
    caches: ["/etc/apk/cache"],
    uncached: ["--no-cache"],
    sharing: "locked",
    cachedShare: 0.5,
    base: 1500,
    each: 700,
  },
  {
    name: "yum",
    programs: /^(?:yum|dnf|microdnf)$/,
    verbs: ["install", "groupinstall"],
    kind: "system",
    caches: ["/var/cache/yum", "/var/cache/dnf"],
    cacheAdvice: "with --setopt=keepcache=1 and without clean all",
    sharing: "locked",
    cachedShare: 0.5,
    base: 20_000,
    each: 1500,
  },
  {
    name: "npm",
    programs: /^npm$/,
    verbs: ["ci", "install", "i"],
    kind: "project",
    manifests: ["package.json", "package-lock.json"],
    caches: ["/root/.npm"],
    cachedShare: 0.5,
    base: 25_000,
    each: 3000,
  },
  {
    name: "yarn",
    programs: /^yarn$/,
    verbs: ["install", ""],
    kind: "project",
    manifests: ["package.json", "yarn.lock"],
    caches: ["/usr/local/share/.cache/yarn"],
    cachedShare: 0.5,
    base: 25_000,
    each: 0,
  },
  {
    name: "pnpm",
    programs: /^pnpm$/,
    verbs: ["install", "i", "fetch"],
    kind: "project",
    manifests: ["package.json", "pnpm-lock.yaml"],
    caches: ["/root/.local/share/pnpm/store"],
    cachedShare: 0.5,
    base: 20_000,
    each: 0,
  },
  {
    name: "pip",
    programs: /^pip[\d.]*$/,
    verbs: ["install", "wheel", "download"],
    kind: "project",
    manifests: ["requirements.txt"],
    caches: ["/root/.cache/pip"],
    uncached: ["--no-cache-dir"],
    cachedShare: 0.5,
    base: 6000,
    each: 4000,
  },
  {
    name: "bundle",
    programs: /^bundle$/,
    verbs: ["install", ""],
    kind: "project",
    manifests: ["Gemfile", "Gemfile.lock"],
    caches: ["/root/.bundle/cache"],
    cacheAdvice: "with BUNDLE_GLOBAL_GEM_CACHE=1 in the environment",
    cachedShare: 0.6,
    base: 40_000,
    each: 0,
  },
  {
    name: "composer",
    programs: /^composer(?:\.phar)?$/,
    verbs: ["install"],
    kind: "project",
    manifests: ["composer.json", "composer.lock"],
    caches: ["/tmp/cache"],
    cacheAdvice: "with COMPOSER_CACHE_DIR=/tmp/cache in the environment",
    cachedShare: 0.5,
    base: 15_000,
    each: 0,
  },
  {
    name: "go mod",
    programs: /^go$/,
    verbs: ["mod download"],
    kind: "project",
    manifests: ["go.mod", "go.sum"],
    caches: ["/go/pkg/mod"],
    cachedShare: 0.9,
    base: 15_000,
    each: 0,
  },
  {
    name: "cargo fetch",
    programs: /^cargo$/,
    verbs: ["fetch"],
    kind: "project",
    manifests: ["Cargo.toml", "Cargo.lock"],
    caches: ["/usr/local/cargo/registry"],
    cachedShare: 0.9,
    base: 15_000,
    each: 0,
  },
  {
    name: "mvn dependency",
    programs: /^mvnw?$/,
    verbs: ["dependency:go-offline", "dependency:resolve"],
    kind: "project",
    manifests: ["pom.xml"],
    caches: ["/root/.m2"],
    cachedShare: 0.9,
    base: 40_000,
    each: 0,
  },
  {
    name: "dotnet restore",
    programs: /^dotnet$/,
    verbs: ["restore"],
    kind: "project",
    manifests: ["*.sln", "*.csproj"],
    caches: ["/root/.nuget/packages"],
    cachedShare: 0.8,
    base: 20_000,
    each: 0,
  },
  {
    name: "poetry",
    programs: /^poetry$/,
    verbs: ["install"],
    kind: "project",
    manifests: ["pyproject.toml", "poetry.lock"],
    caches: ["/root/.cache/pypoetry"],
    cachedShare: 0.5,
    base: 25_000,
    each: 0,
  },
  {
    name: "uv",
    programs: /^uv$/,
    verbs: ["sync"],
    kind: "project",
    manifests: ["pyproject.toml", "uv.lock"],
    caches: ["/root/.cache/uv"],
    cachedShare: 0.7,
    base: 6000,
    each: 0,
  },
];

/** A command that installs packages. */
export interface Install {
  readonly tool: PackageTool;
  /** The words after the verb: packages, files, options. */
  readonly rest: readonly string[];
  /** The options of the whole command. */
  readonly options: readonly string[];
  /** The packages that it names, without options. */
  readonly packages: readonly string[];
  /** What it usually takes, in milliseconds. */
  readonly estimate: number;
}

/** What a command installs; undefined if it installs nothing. */
export function installOf({ words }: ShellCommand): Install | undefined {
  const [program = "", ...given] = asModule(words);
  const tool = packageTools.find(({ programs }) => programs.test(baseOf(program)));
  if (tool === undefined) return undefined;
  const plain = given.filter((word) => !word.startsWith("-"));
  const verb = tool.verbs.find((candidate) => {
    const parts = candidate === "" ? [] : candidate.split(" ");
    return candidate === "" ? plain.length === 0 : parts.every((part, index) => plain[index] === part);
  });
  if (verb === undefined) return undefined;
  const options = given.filter((word) => word.startsWith("-"));
  const rest = verb === "" ? given : given.slice(given.indexOf(verb.split(" ").at(-1) ?? "") + 1);
  const packages = packagesOf(rest, tool);
  return { tool, rest, options, packages, estimate: tool.base + tool.each * packages.length };
}

/** `python -m pip install` is `pip install`. */
function asModule(words: readonly string[]): readonly string[] {
  const [program = "", flag, module = "", ...rest] = words;
  return flag === "-m" && /^python[\d.]*$/.test(baseOf(program)) ? [module, ...rest] : words;
}

/** Options with a value of their own, whose value is no package. */
const valued =
  /^(?:-r|-c|-t|-o|-a|-w|--(?:requirement|constraint|target|prefix|virtual|find-links|index-url|extra-index-url|omit|filter|wheel-dir|repository|only))$/;

function packagesOf(rest: readonly string[], { name }: PackageTool): readonly string[] {
  return rest.filter((word, index) => {
    const before = rest[index - 1] ?? "";
    const isValue = valued.test(before) || (name === "apk" && (before === "-t" || before === "-X"));
    return !word.startsWith("-") && !isValue;
  });
}

/** The files that `pip -r` and its like name. */
export function listedFiles({ rest }: Install): readonly string[] {
  return rest.flatMap((word, index) => {
    if (word === "-r" || word === "--requirement") return rest[index + 1] ?? [];
    const inline = /^(?:-r|--requirement=)(.+)$/.exec(word)?.[1];
    return inline === undefined || word === "-r" ? [] : inline;
  });
}

import { baseOf, type ShellCommand } from "./shell-commands.ts";

/** A program that installs packages. */
export interface PackageTool {
  readonly name: string;
  /** The programs that are it. */
  readonly programs: RegExp;
  /** The arguments, options left out, that make it install. */
  readonly verbs: readonly string[];
  /** `system` packages are named by the command and come from outside; `project` packages are listed by files. */
  readonly kind: "system" | "project";
  /** The files that list the packages of a project. */
  readonly manifests?: readonly string[];
  /** Where it keeps what it downloads, for root, variables of the step with their defaults; and what has to be done for it to do so. */
  readonly caches: readonly string[];
  readonly cacheAdvice?: string;
  /** The command that fetches its lists, which it does not by itself; where they are, and the flag that fetches them, too. */
  readonly lists?: { readonly command: RegExp; readonly folder?: string; readonly flag?: string };
  /** Whether the packages are used where they are kept: then later steps need the mount, too. */
  readonly isStore?: true;
  readonly sharing?: "locked";
  /** The flag that says not to keep what was downloaded, and what to write for it, if anything. */
  readonly uncached?: { readonly flag: string; readonly instead?: string };
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
  cacheAdvice: "remove /etc/apt/apt.conf.d/docker-clean, which empties them",
  lists: { command: /^(?:apt|apt-get) update\b/, folder: "/var/lib/apt" },
  sharing: "locked",
  cachedShare: 0.5,
  base: 12_000,
  each: 1500,
};

const packageTools: readonly PackageTool[] = [
  apt,
  {
    name: "apk",
    programs: /^apk$/,
    verbs: ["add"],
    kind: "system",
    caches: ["/etc/apk/cache"],
    uncached: { flag: "--no-cache", instead: "--update-cache" },
    lists: {
      command: /^apk update\b|^apk add (?:.* )?(?:-U|--update(?:-cache)?|--no-cache)\b/,
      flag: "--update-cache",
    },
    sharing: "locked",
    cachedShare: 0.5,
    base: 1500,
    each: 700,
  },
  {
    name: "yum",
    programs: /^yum$/,
    verbs: ["install", "groupinstall"],
    kind: "system",
    caches: ["/var/cache/yum"],
    cacheAdvice: "install with --setopt=keepcache=1",
    sharing: "locked",
    cachedShare: 0.5,
    base: 20_000,
    each: 1500,
  },
  {
    name: "dnf",
    programs: /^(?:dnf|microdnf)$/,
    verbs: ["install", "groupinstall"],
    kind: "system",
    caches: ["/var/cache/dnf"],
    cacheAdvice: "install with --setopt=keepcache=1",
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
    uncached: { flag: "--no-cache-dir" },
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
    cacheAdvice: "set BUNDLE_GLOBAL_GEM_CACHE=1 for it",
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
    cacheAdvice: "set COMPOSER_CACHE_DIR=/tmp/cache for it",
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
    caches: ["${GOPATH:-/go}/pkg/mod"],
    isStore: true,
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
    caches: ["${CARGO_HOME:-/usr/local/cargo}/registry"],
    isStore: true,
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
    isStore: true,
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
    isStore: true,
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
    verbs: ["sync", "pip install"],
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

/** `apt-get update`, `yum clean all`: of the package manager itself. */
export function isUpkeep({ words }: ShellCommand): boolean {
  return upkeep.test(words.filter((word) => !word.startsWith("-")).join(" "));
}

const upkeep =
  /^(?:(?:apt|apt-get|apk|yum|dnf|microdnf) (?:update|upgrade|clean|autoremove|autoclean|makecache|del|remove|purge)|npm cache clean|corepack)\b/;

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

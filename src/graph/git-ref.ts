import { joinPath } from "../slash-path.ts";
import { formatGoUrl, parseGoQuery, parseGoUrl } from "./go-url.ts";

/** A git repository as ADD, build contexts and named contexts write it, taken apart. */
export interface GitRef {
  /** For git itself: without fragment and query. */
  readonly remote: string;
  readonly transport: "http" | "https" | "ssh" | "git";
  /** With the port, where one is given. */
  readonly host: string;
  /** The path on the host, decoded. */
  readonly path: string;
  /** A branch, tag or commit; empty for the default branch. */
  readonly ref: string;
  /** A commit that the reference must lead to; empty for none. */
  readonly checksum: string;
  /** A folder of the repository; empty for all of it. */
  readonly subdir: string;
  /** Undefined where the address does not say. */
  readonly keepGitDir: boolean | undefined;
  /** Undefined where the address does not say. */
  readonly submodules: boolean | undefined;
  /** Whose times the files get; empty where the address does not say. */
  readonly mtime: "" | "checkout" | "commit";
  readonly fetchByCommit: boolean;
  /** The old short form `github.com/owner/name`: a local path everywhere but as a build context. */
  readonly looksLocal: boolean;
}

export type GitRefResult =
  | { readonly kind: "git"; readonly ref: GitRef }
  /** Not an address of a git repository. */
  | { readonly kind: "other" }
  /** An address of one, with options that make no sense. */
  | { readonly kind: "invalid"; readonly problem: string };

/**
 * Tells git addresses from paths and downloads: `git://` and `ssh://` always, `http(s)://` when the path ends in
 * `.git`, `user@host:path`, and the old `github.com/owner/name`. Options come from the fragment (`#ref:folder`) and
 * the query (`?ref=`, `?tag=`, `?subdir=`, …), which must agree.
 */
export function parseGitRef(text: string): GitRefResult {
  const address = parseAddress(text);
  if (address === undefined) return other;
  const query = readQuery(address.query);
  if (typeof query === "string") return { kind: "invalid", problem: query };
  const [fragmentRef, fragmentSubdir] = splitFragment(address.fragment);
  const ref = agreeOnRef(fragmentRef, query);
  if (ref.problem !== undefined) return { kind: "invalid", problem: ref.problem };
  const subdir = query.subdir ?? fragmentSubdir;
  if (fragmentSubdir !== "" && subdir !== fragmentSubdir)
    return { kind: "invalid", problem: conflict("folders", fragmentSubdir, subdir) };
  return {
    kind: "git",
    ref: {
      remote: address.remote,
      transport: address.transport,
      host: address.host,
      path: address.path,
      ref: ref.value,
      checksum: query.checksum ?? "",
      subdir,
      keepGitDir: query.keepGitDir,
      submodules: query.submodules,
      mtime: query.mtime ?? "",
      fetchByCommit: query.fetchByCommit ?? false,
      looksLocal: address.looksLocal,
    },
  };
}

const other: GitRefResult = { kind: "other" };

interface Address {
  readonly remote: string;
  readonly transport: GitRef["transport"];
  readonly host: string;
  readonly path: string;
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly fragment: string;
  readonly looksLocal: boolean;
}

function parseAddress(text: string): Address | undefined {
  if (text.startsWith("./") || text.startsWith("../")) return undefined;
  if (text.startsWith("github.com/")) {
    const address = parseAddressOf(`https://${text}`, "https");
    return address && { ...address, looksLocal: true };
  }
  // Most texts are paths.
  if (!text.includes(":")) return undefined;
  const transport = /^[a-zA-Z0-9]+(?=:\/\/)/.exec(text)?.[0].toLowerCase();
  if (transport === undefined) return parseShortSsh(text);
  if (transport !== "http" && transport !== "https" && transport !== "ssh" && transport !== "git") return undefined;
  const address = parseAddressOf(text, transport);
  // Only its ending tells a repository from a download.
  return transport.startsWith("http") && address?.path.endsWith(".git") === false ? undefined : address;
}

function parseAddressOf(text: string, transport: GitRef["transport"]): Address | undefined {
  const url = parseGoUrl(text);
  if ("problem" in url) return undefined;
  return {
    remote: formatGoUrl(url),
    transport,
    host: url.host,
    path: url.path,
    query: parseGoQuery(url.query) ?? new Map(),
    fragment: url.fragment,
    looksLocal: false,
  };
}

/** `user@host:path?query#fragment`, on one line; nothing in it is escaped but the query. */
function parseShortSsh(text: string): Address | undefined {
  const start = /^[a-zA-Z0-9_-]+@([a-zA-Z0-9.-]+):/.exec(text);
  if (start === null || text.includes("\n")) return undefined;
  const rest = text.slice(start[0].length);
  const hash = rest.indexOf("#");
  const beforeHash = hash === -1 ? rest : rest.slice(0, hash);
  const mark = beforeHash.indexOf("?");
  const path = mark === -1 ? beforeHash : beforeHash.slice(0, mark);
  const query = parseGoQuery(mark === -1 ? "" : beforeHash.slice(mark + 1), true);
  if (query === undefined) return undefined;
  return {
    remote: `${start[0]}${path}`,
    transport: "ssh",
    host: start[1] ?? "",
    path,
    query,
    fragment: hash === -1 ? "" : rest.slice(hash + 1),
    looksLocal: false,
  };
}

function splitFragment(fragment: string): readonly [string, string] {
  const colon = fragment.indexOf(":");
  if (colon === -1) return [fragment, ""];
  // A folder cannot lead out of the repository.
  return [fragment.slice(0, colon), joinPath("/", fragment.slice(colon + 1)).slice(1)];
}

interface GitQuery {
  ref?: string;
  tag?: string;
  branch?: string;
  subdir?: string;
  checksum?: string;
  keepGitDir?: boolean;
  submodules?: boolean;
  mtime?: "checkout" | "commit";
  fetchByCommit?: boolean;
}

/** The options of a query, or what is wrong with it. Of `checksum` and its other name `commit` the later one counts. */
function readQuery(query: ReadonlyMap<string, readonly string[]>): GitQuery | string {
  const options: GitQuery = {};
  for (const [key, values] of query) {
    const problem = readOption(options, key, values);
    if (problem !== undefined) return problem;
  }
  return options;
}

function readOption(options: GitQuery, key: string, values: readonly string[]): string | undefined {
  if (values.length > 1) return `the query "${key}" is given more than once`;
  const value = values[0] ?? "";
  switch (key) {
    case "keep-git-dir":
    case "submodules":
    case "fetch-by-commit": {
      const flag = parseFlag(value);
      if (flag === undefined) return `the query "${key}" must be true or false, not "${value}"`;
      if (key === "keep-git-dir") options.keepGitDir = flag;
      else if (key === "submodules") options.submodules = flag;
      else options.fetchByCommit = flag;
      return undefined;
    }
    default:
      return value === "" ? `the query "${key}" has no value` : readText(options, key, value);
  }
}

function readText(options: GitQuery, key: string, value: string): string | undefined {
  switch (key) {
    case "ref":
    case "tag":
    case "branch":
    case "subdir":
    case "checksum":
      options[key] = value;
      return undefined;
    case "commit":
      options.checksum = value;
      return undefined;
    case "mtime":
      if (value !== "checkout" && value !== "commit")
        return `the query "mtime" must be checkout or commit, not "${value}"`;
      options.mtime = value;
      return undefined;
    default:
      return `the query "${key}" is not known for git`;
  }
}

/** Go's words for true and false; the empty text says true, since the mere presence of a flag sets it. */
function parseFlag(value: string): boolean | undefined {
  if (/^(?:|1|t|T|true|TRUE|True)$/.test(value)) return true;
  return /^(?:0|f|F|false|FALSE|False)$/.test(value) ? false : undefined;
}

/** The reference that fragment, `ref`, `tag` and `branch` name together. */
function agreeOnRef(fragment: string, query: GitQuery): { readonly value: string; readonly problem?: string } {
  if (query.tag !== undefined && query.branch !== undefined) {
    return { value: "", problem: "a tag and a branch are both given: choose one" };
  }
  let value = fragment;
  for (const named of [query.ref, qualify("refs/tags/", query.tag), qualify("refs/heads/", query.branch)]) {
    if (named === undefined) continue;
    if (value !== "" && value !== named)
      return { value, problem: `ref conflicts: ${conflict("references", value, named)}` };
    value = named;
  }
  return { value };
}

function qualify(prefix: string, name: string | undefined): string | undefined {
  return name === undefined || name.startsWith(prefix) ? name : prefix + name;
}

function conflict(what: string, first: string, second: string): string {
  return `the address names two ${what}, "${first}" and "${second}": keep one`;
}

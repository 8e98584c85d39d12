import type { CacheEntry } from "./solve-options.ts";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * A cache's entry with what is left to the environment: GitHub's cache takes its token and addresses from the variables
 * that a workflow has, S3 its keys from those of AWS. What the entry says itself stays.
 */
export function completeCache({ type, attrs = {} }: CacheEntry, env: Env): CacheEntry {
  if (type === "gha") return { type, attrs: completed(attrs, githubAttrs(attrs, env)) };
  if (type === "s3") return { type, attrs: completed(attrs, awsAttrs(attrs, env)) };
  return { type, attrs };
}

/** GitHub's cache is only there inside of a workflow: without its token and address the entry is passed over. */
export function isCacheActive({ type, attrs = {} }: CacheEntry): boolean {
  if (type !== "gha") return true;
  const isSet = (value: string | undefined) => value !== undefined && value !== "";
  return isSet(attrs.token) && (isSet(attrs.url) || isSet(attrs.url_v2));
}

type Attrs = Readonly<Record<string, string>>;

function githubAttrs({ version }: Attrs, env: Env): ReadonlyMap<string, string | undefined> {
  const isSecond = version === undefined ? /^(1|t|true)$/i.test(env.ACTIONS_CACHE_SERVICE_V2 ?? "") : version === "2";
  return new Map([
    ["token", env.ACTIONS_RUNTIME_TOKEN],
    ["url_v2", isSecond ? env.ACTIONS_RESULTS_URL : undefined],
    ["url", env.ACTIONS_CACHE_URL ?? env.ACTIONS_RESULTS_URL],
  ]);
}

function awsAttrs(attrs: Attrs, env: Env): ReadonlyMap<string, string | undefined> {
  // Keys that were given have no session of ours.
  if (attrs.access_key_id !== undefined && attrs.secret_access_key !== undefined) return new Map();
  if (!env.AWS_ACCESS_KEY_ID || !env.AWS_SECRET_ACCESS_KEY) return new Map();
  return new Map([
    ["access_key_id", env.AWS_ACCESS_KEY_ID],
    ["secret_access_key", env.AWS_SECRET_ACCESS_KEY],
    ["session_token", env.AWS_SESSION_TOKEN || undefined],
  ]);
}

function completed(attrs: Attrs, more: ReadonlyMap<string, string | undefined>): Attrs {
  const all = new Map(Object.entries(attrs));
  for (const [name, value] of more) if (value !== undefined && !all.has(name)) all.set(name, value);
  return Object.fromEntries(all);
}

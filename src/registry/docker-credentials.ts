import { environment } from "../environment.ts";
import { askCredentialHelper, defaultHelper } from "./credential-helper.ts";
import { anonymous, type CredentialStore, type Credentials } from "./credentials.ts";
import { type AuthEntry, type DockerConfig, readAuthVariable, readDockerConfig } from "./docker-config.ts";

export interface DockerCredentialsOptions {
  /** DOCKER_CONFIG, DOCKER_AUTH_CONFIG, PATH and what helpers want; by default the process's own variables. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The current time, milliseconds since the epoch. */
  readonly now?: () => number;
}

/**
 * The credentials of Docker's client, found as it finds them: DOCKER_AUTH_CONFIG, then the credential helper of the
 * registry or of all registries, then `auths` of `config.json`. Kept for less than five minutes, as short as the tokens
 * of some helpers live. Helpers run one after the other: some of them hang otherwise.
 */
export function dockerCredentials(options: DockerCredentialsOptions = {}): CredentialStore {
  const env = options.env ?? environment();
  const now = options.now ?? Date.now;
  const known = new Map<string, { readonly since: number; readonly credentials: Credentials }>();
  let config: Promise<DockerConfig> | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const lookUp = async (host: string, signal: AbortSignal | undefined): Promise<Credentials> => {
    const kept = known.get(host);
    if (kept !== undefined && now() - kept.since < keepFor) return kept.credentials;
    signal?.throwIfAborted();
    config ??= readDockerConfig(env);
    const credentials = await find(await config, host, env, signal);
    known.set(host, { since: now(), credentials });
    return credentials;
  };
  const inTurn = (host: string, signal: AbortSignal | undefined): Promise<Credentials> => {
    const found = turn.then(() => lookUp(host, signal));
    turn = found.catch(() => {});
    return found;
  };
  return {
    async credentialsFor(host, signal) {
      const credentials = await inTurn(host, signal);
      // Docker runs these for the users of its Hub.
      return credentials.kind === "anonymous" && hubBacked.has(host) ? inTurn(hubHost, signal) : credentials;
    },
  };
}

const keepFor = 290_000;
const hubHost = "registry-1.docker.io";
const hubBacked: ReadonlySet<string> = new Set(["dhi.io", "registry.scout.docker.com"]);

async function find(
  config: DockerConfig,
  host: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal | undefined,
): Promise<Credentials> {
  const key = configKey(host);
  const given = readAuthVariable(env).get(key);
  if (given !== undefined) return fromEntry(given);
  const entry = findEntry(config, key);
  const helper =
    config.credHelpers.get(key) ?? config.credsStore ?? (isEmpty(config) ? await defaultHelper(env) : undefined);
  if (helper === undefined || helper === "") return entry === undefined ? anonymous : fromEntry(entry);
  const kept = await askCredentialHelper(helper, key, env, signal);
  // The file never holds names and passwords beside a helper, but it may hold a token for the registry itself.
  return entry !== undefined && entry.registryToken !== "" ? fromEntry(entry) : kept;
}

/** Docker's configuration knows the Hub by an address of its first registry. */
function configKey(host: string): string {
  return host === hubHost || host === "docker.io" || host === "index.docker.io" ? "https://index.docker.io/v1/" : host;
}

/** Old files have whole addresses for keys. */
function findEntry({ auths }: DockerConfig, key: string): AuthEntry | undefined {
  const entry = auths.get(key);
  if (entry !== undefined) return entry;
  for (const [registry, old] of auths) {
    if (hostOf(registry) === key) return old;
  }
  return undefined;
}

function hostOf(registry: string): string {
  if (registry.includes("://") && URL.canParse(registry)) {
    const { hostname, port, protocol } = new URL(registry);
    // URL drops a port that is its scheme's own; Go keeps it as written.
    const written = port === "" ? /^[^/]*:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/.exec(registry)?.[1] : port;
    if (hostname !== "" && protocol !== "") return written === undefined ? hostname : `${hostname}:${written}`;
  }
  return registry.split("/", 1)[0] ?? "";
}

function isEmpty(config: DockerConfig): boolean {
  return config.credsStore === undefined && config.credHelpers.size === 0 && config.auths.size === 0;
}

function fromEntry(entry: AuthEntry): Credentials {
  if (entry.registryToken !== "") return { kind: "registry-token", token: entry.registryToken };
  if (entry.identityToken !== "") return { kind: "identity-token", token: entry.identityToken };
  if (entry.password === "") return anonymous;
  return { kind: "password", username: entry.username, password: entry.password };
}

import { isWebAddress } from "../../graph/context/http-source.ts";
import type { SolveOptions, SolveOutput } from "../../solver/solve-options.ts";
import { dockerfilePath } from "../build-input.ts";
import { gitFacts } from "../git-facts.ts";
import { parseAttestations } from "../parse/attestations.ts";
import { parseCaches } from "../parse/caches.ts";
import { parseEntitlements } from "../parse/entitlements.ts";
import { parseBoolean } from "../parse/key-values.ts";
import { parseOutput } from "../parse/outputs.ts";
import { parseSecrets } from "../parse/secrets.ts";
import { readSourcePolicy } from "../parse/source-policy.ts";
import { parseSsh } from "../parse/ssh.ts";
import { proxyArgs } from "../proxy-args.ts";
import type { Terminal } from "../terminal.ts";
import { buildOptions } from "./build-flags.ts";
import { legacyResources, legacyWarnings } from "./legacy-flags.ts";
import type { SolveFlags } from "./solve-flags.ts";

/**
 * The options of `llbc solve` by its flags and by the environment, with what is to be said of flags that mean nothing.
 * Rejects with a UsageError.
 */
export async function solveOptions(
  context: string,
  flags: SolveFlags,
  terminal: Terminal,
): Promise<{ readonly options: SolveOptions; readonly warnings: readonly string[] }> {
  const build = buildOptions({ ...flags, resource: [...legacyResources(flags), ...flags.resource] }, terminal);
  const { buildArgs = {}, namedContexts = {}, frontendOptions = {} } = build;
  const attestations = parseAttestations(flags, terminal.env);
  const facts = await gitFacts(
    {
      context,
      dockerfile: localPath(flags.file),
      named: folders(namedContexts),
      attests: Object.values(attestations).some((value) => value !== false) || !("provenance" in attestations),
    },
    terminal,
  );
  const options: SolveOptions = {
    ...build,
    buildArgs: { ...proxyArgs(terminal, buildArgs), ...buildArgs },
    frontendOptions: { ...facts.options, ...frontendOptions },
    dockerfile: dockerfilePath(context, flags.file, terminal),
    tags: flags.tag,
    outputs: outputsOf(flags, terminal),
    push: flags.push,
    pull: flags.pull,
    xattrs: parseBoolean(terminal.env.LLBC_XATTRS ?? "") === true,
    secrets: await parseSecrets(flags.secret, terminal),
    ssh: parseSsh(flags.ssh, context),
    cacheFrom: parseCaches("--cache-from", flags.cacheFrom),
    cacheTo: parseCaches("--cache-to", flags.cacheTo),
    attestations,
    provenanceRecord: provenanceRecord(flags, terminal),
    annotations: flags.annotation.filter((annotation) => annotation !== ""),
    sourcePolicy: await readSourcePolicy(flags.sourcePolicyFile, terminal),
    entitlements: parseEntitlements(flags.allow),
    addr: flags.addr,
    builder: flags.builder,
    keepGoing: flags.keepGoing,
    requireCache: flags.requireCache,
    retry: flags.retry,
    syntax: flags.syntax,
    maxParallelism: flags.maxParallelism,
  };
  return { options, warnings: [...legacyWarnings(flags), ...(facts.note === undefined ? [] : [facts.note])] };
}

function localPath(file: string | undefined): string | undefined {
  return file === undefined || file === "-" || isWebAddress(file) ? undefined : file;
}

function folders(contexts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(contexts).filter(([, source]) => !/^[a-z-]+:/.test(source)));
}

/** Only a metadata file tells of it. */
function provenanceRecord({ metadataFile }: SolveFlags, { env }: Terminal): SolveOptions["provenanceRecord"] {
  const { BUILDX_METADATA_PROVENANCE: wanted = "" } = env;
  if (metadataFile === undefined || wanted === "disabled" || parseBoolean(wanted) === false) return undefined;
  return wanted === "max" ? "max" : "min";
}

function outputsOf({ output, load, push }: SolveFlags, terminal: Terminal): readonly SolveOutput[] {
  const outputs = output.filter((text) => text !== "").map((text) => parseOutput(text, terminal));
  const isLoaded = outputs.some(({ type, dest }) => type === "docker" && dest === undefined);
  if (load === true && !isLoaded) return [...outputs, { type: "docker" }];
  if (outputs.length > 0 || push === true) return outputs;
  const keepsNothing = parseBoolean(terminal.env.BUILDX_NO_DEFAULT_LOAD ?? "") === true;
  return keepsNothing ? [{ type: "cacheonly" }] : [];
}

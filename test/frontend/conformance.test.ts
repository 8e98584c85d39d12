import { describe, expect, test } from "vitest";
import { DockerfileError } from "../../src/diagnostic.ts";
import { Failure } from "../../src/failure.ts";
import { buildDockerfile } from "../../src/frontend/build.ts";
import type { SourceMeta, SourceMetaRequest } from "../../src/frontend/gateway.ts";
import type { CompileOptions } from "../../src/graph/compile-options.ts";
import { frontendOptions } from "../../src/graph/config/frontend-options.ts";
import { capSetWithout, llbCaps } from "../../src/llb/caps.ts";
import { unmarshal } from "../../src/llb/unmarshal.ts";
import { formatPlatformFully, parsePlatform } from "../../src/platform.ts";
import { statusOf } from "../../src/solver/buildkit/rpc-status.ts";
import { optionsOf } from "../conformance/compile-case.ts";
import { type ConformanceCase, type ExpectedCompilation, loadCompileCases, loadGroup } from "../conformance/load.ts";
import { MemoryGateway } from "./memory-gateway.ts";

const groups = ["dockerignore", "main-context", "multi-platform", "named-contexts", "source-date-epoch"];
const signal = new AbortController().signal;

describe.each(groups)("over a gateway, what BuildKit's frontend makes: %s", (group) => {
  test.each(loadGroup<ExpectedCompilation>(group).map((one) => [one.name, one] as const))("%s", async (_, testCase) => {
    const gateway = gatewayOf(testCase);
    const { expected } = testCase;
    if (!expected.ok) {
      await expect(buildDockerfile(gateway, {}, signal)).rejects.toBeInstanceOf(DockerfileError);
      return;
    }
    const { metadata } = await buildDockerfile(gateway, {}, signal);
    const wanted = (expected.platforms ?? []).map(({ definition }) => unmarshal(Buffer.from(definition, "base64")));
    const solved = gateway.results.map(unmarshal);
    expect(solved.map(({ digests }) => digests.at(-1))).toEqual(
      expect.arrayContaining(wanted.map(({ digests }) => digests.at(-1))),
    );
    for (const { platform, imageJSON, baseImageJSON } of expected.platforms ?? []) {
      const text = (key: string) => (metadata.get(`${key}/${platform}`) ?? metadata.get(key))?.toString();
      expect(text("containerimage.config")).toBe(imageJSON);
      expect(text("containerimage.base.config")).toBe(baseImageJSON);
    }
    for (const [key, value] of Object.entries(expected.resultMetadata ?? {})) {
      expect(metadata.get(key)?.toString(), key).toBe(value);
    }
  });
});

describe("an error goes back with BuildKit's lines", () => {
  const failing = loadCompileCases().filter(({ expected }) => !expected.ok && expected.error !== undefined);

  test.each(failing.map((one) => [`${one.group}/${one.name}`, one] as const))("%s", async (_, testCase) => {
    const error: unknown = await buildDockerfile(gatewayOf(testCase), {}, signal).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const { message, details } = statusOf(error);
    expect(message).toMatch(/\w/);
    const { lines = [] } = testCase.expected.error ?? {};
    if (lines.length === 0) return;
    // Clients point at the last one first.
    const shown = JSON.parse(Buffer.from(details?.at(-1)?.value ?? []).toString());
    const starts: number[] = shown.ranges.map(({ start }: { start: { line: number } }) => start.line);
    expect([...new Set(starts)].sort((a, b) => a - b)).toEqual(lines);
    expect(Buffer.compare(Buffer.from(shown.info.data, "base64"), testCase.dockerfile)).toBe(0);
  });
});

function gatewayOf(testCase: ConformanceCase<ExpectedCompilation>): MemoryGateway {
  const options = optionsOf(testCase);
  const { contextFiles = {}, disabledCaps = [], sessionId = "" } = options;
  const beside = testCase.files.get("Dockerfile.dockerignore");
  const ignore = testCase.files.get(".dockerignore");
  const filename = options.filename ?? "Dockerfile";
  const locals = Object.values(options.namedContexts ?? {}).flatMap((value) => /^local:(.*)/.exec(value)?.[1] ?? []);
  const dockerfile = {
    [filename]: testCase.dockerfile,
    ...(beside === undefined ? {} : { [`${filename}.dockerignore`]: beside }),
  };
  const caps = capSetWithout(disabledCaps);
  return new MemoryGateway({
    options: Object.fromEntries(frontendOptions(options)),
    files: {
      "local://context": ignore === undefined ? {} : { ".dockerignore": ignore },
      "local://dockerfile": dockerfile,
      ...Object.fromEntries(locals.map((name) => [`local://${name}`, contextFiles[name] ?? {}])),
      ...Object.fromEntries(gitContexts.map((identifier) => [identifier, dockerfile])),
    },
    source: (request) => answer(request, options),
    build: {
      sessionId,
      llbCaps: new Set(llbCaps.filter((cap) => caps.has(cap))),
      workers: [{ id: "", labels: new Map(), platforms: [parsePlatform(options.buildPlatform ?? "linux/amd64")] }],
    },
  });
}

/** The main contexts of the cases, as identifiers of their sources. */
const gitContexts = [
  "git://git.example.com/team/app.git",
  "git://git.example.com/team/app.git#main",
  "git://git.example.com/team/app.git#main:svc",
  "git://git.example.com/team/app.git#refs/tags/v3:x",
  "git://github.com/acme/app",
];

/** What the options say of a source, or the answer that the set describes for images that they do not list. */
async function answer(
  { identifier, attrs, platform }: SourceMetaRequest,
  options: CompileOptions,
): Promise<SourceMeta> {
  const { images = {}, sourceMetadata = {}, resolver } = options;
  const ref = /^(?:docker-image|oci-layout):\/\/(.*)/.exec(identifier)?.[1];
  if (ref === undefined) {
    const { gitChecksum = "", gitCommitObject, httpLastModified } = sourceMetadata[identifier] ?? {};
    const commitObject = gitCommitObject === undefined ? undefined : Buffer.from(gitCommitObject);
    return {
      identifier,
      attrs,
      git: { checksum: gitChecksum, ref: "", commitChecksum: "", commitObject },
      ...(httpLastModified === undefined
        ? {}
        : { http: { digest: "", filename: "", lastModified: BigInt(httpLastModified) } }),
    };
  }
  const asked = formatPlatformFully(platform ?? { os: "linux", architecture: "amd64" });
  const given = images[`${ref}|${asked}`] ?? images[ref];
  if (given !== undefined && "error" in given) throw new Failure("worker-refused", given.error);
  const known = given ?? (await resolver?.image(ref, { platform: asked, resolveMode: "default", signal }));
  if (known === undefined || "replacedBy" in known) throw new Failure("worker-refused", `${ref} is not known`);
  const { config, digest = "" } = known;
  const bytes = config instanceof Uint8Array ? config : Buffer.from(JSON.stringify(config));
  return { identifier, attrs, image: { digest: digest === "-" ? "" : digest, config: bytes } };
}

import fc from "fast-check";
import type { CompileOptions, SourceResolver } from "../../../src/graph/compile-options.ts";
import { oddText } from "./arbitrary-dockerfile.ts";

const name = fc.oneof({ weight: 2, arbitrary: fc.constantFrom("a", "b", "X", "base") }, oddText);
const record = fc.array(fc.tuple(name, oddText), { maxLength: 3 }).map(toRecord);
const buildArgs = fc
  .tuple(
    record,
    fc.record(
      {
        X: oddText,
        TARGETPLATFORM: fc.constantFrom("linux/arm64", "x"),
        HTTP_PROXY: oddText,
        BUILDKIT_SYNTAX: fc.constantFrom("docker/dockerfile:1", "x"),
        BUILDKIT_CACHE_MOUNT_NS: oddText,
      },
      { requiredKeys: [] },
    ),
  )
  .map(([odd, known]): Record<string, string> => ({ ...odd, ...known }));

const contexts = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom("docker-image://busybox", "local:x", "https://h/o/r.git", "https://h/x.tar"),
  },
  { weight: 1, arbitrary: fc.constantFrom("input:y", "oci-layout://i@sha256:z", "docker-image://", "x") },
  { weight: 1, arbitrary: oddText },
);
const contextName = fc.oneof(fc.constantFrom("a", "alpine", "base", "alpine::linux/arm64"), oddText);

/** Options one by one, the right ones more often than the wrong ones. */
const option: fc.Arbitrary<CompileOptions> = fc.oneof(
  ...[
    { targetPlatforms: fc.subarray(["linux/amd64", "linux/arm64", "linux/arm/v7", "windows/amd64"]) },
    { multiPlatform: fc.boolean() },
    { buildPlatform: fc.constantFrom("linux/amd64", "linux/arm64") },
    { target: fc.oneof(fc.constantFrom("a", "b", "base", "1", ""), oddText) },
    { buildArgs },
    { labels: record },
    { hostname: fc.constantFrom("h", "") },
    { networkMode: fc.constantFrom("host", "none", "sandbox", "none", "x") },
    { noCache: fc.oneof(fc.boolean(), fc.array(name, { maxLength: 2 })) },
    { namedContexts: fc.array(fc.tuple(contextName, contexts), { maxLength: 2 }).map(toRecord) },
    { dockerignore: fc.constantFrom("*", "a\n!a/b", "[", "**/x\n# c\n", "\udc80") },
    { addHosts: fc.array(fc.constantFrom("h=1.2.3.4", "h=::1", "h=x"), { maxLength: 2 }) },
    { ulimits: fc.array(fc.constantFrom("nofile=1:2", "nproc=1", "nofile=2:1"), { maxLength: 2 }) },
    {
      disabledCaps: fc.subarray([
        "mergeop",
        "exec.mount.tmpfs.size",
        "source.local.followpaths",
        "exec.meta.secretenv",
      ]),
    },
    { filename: fc.constantFrom("Dockerfile", "sub/Dockerfile", "x\udc80") },
    { context: fc.constantFrom("https://h/o/r.git", "https://h/x.tar.gz", "https://h/o/r.git#b:d", "x") },
    { check: fc.constantFrom("skip=all", "skip=JSONArgsRecommended", "error=true", "", "x") },
    { shmSize: fc.constantFrom(0, 64_000_000n, -1) },
    { resources: fc.constantFrom({ memory: 1 << 30, cpusetCpus: "0-1" }, { cpuQuota: -1 }) },
    { sourceDateEpoch: fc.constantFrom("0", "1700000000", "-1", "context", "x", "9".repeat(30)) },
  ].map((shape) => fc.record<CompileOptions>(shape)),
);

/** Up to four options of any kind, valid or not. */
export const compileOptions: fc.Arbitrary<CompileOptions> = fc
  .array(option, { maxLength: 4 })
  .map((chosen): CompileOptions => Object.assign({ sessionId: "robust" }, ...chosen));

/** What the resolver of the tests rejects with: `compile` hands it on as it is. */
export const unresolvable = new Error("unresolvable");

/** Every image is known, with layers, but one; one brings triggers along. */
export const resolver: SourceResolver = {
  image: async (ref) => {
    if (ref.includes("/base:")) throw unresolvable;
    const config = { Env: ["PATH=/bin", "A=1", "A=2"], ...(ref.includes("/triggers:") ? triggers : {}) };
    return { config: { os: "linux", architecture: "amd64", config, rootfs: { type: "layers", diff_ids: [layer] } } };
  },
};

const layer = `sha256:${"1".repeat(64)}`;
const triggers = { OnBuild: ["ARG X", "COPY --from=a $X /x", "RUN echo $X"], WorkingDir: "rel", User: "u" };

/** The same options, their keys (and those of the records in them) in the opposite order. */
export function reversedKeys(options: CompileOptions): CompileOptions {
  const entries = Object.entries(options).map(([key, value]: readonly [string, unknown]): [string, unknown] => [
    key,
    value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype
      ? Object.fromEntries(Object.entries(value).reverse())
      : value,
  ]);
  return Object.fromEntries(entries.reverse());
}

function toRecord(entries: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(entries);
}

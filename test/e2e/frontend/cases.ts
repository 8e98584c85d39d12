import { type ConformanceCase, type ExpectedCompilation, loadCompileCases } from "../../conformance/load.ts";

/** By what the build with the image is measured: the frontend inside the worker, or llbc outside of it. */
export type Reference = "worker" | "llbc";

/**
 * Cases of the conformance set that build on a worker without network: every realistic one, and one of each other group.
 *
 * Measured by llbc are those for which the worker's own frontend, which is older, is no measure: it has COPY --parents
 * and RUN --security only in its labs version, writes the history of HEALTHCHECK and what is read of named contexts in
 * another way. What llbc makes from outside is held against BuildKit's current frontend by the conformance tests.
 *
 * Left out, as they cannot build here: postgres-with-extension and private-clone clone from the internet,
 * windows-service is for Windows, warnings-galore copies a file that its ignore file keeps out. Groups without
 * any case that builds are main-context (git and web addresses).
 */
const chosen: Readonly<Record<Reference, readonly string[]>> = {
  worker: [
    "realistic/browser-tests",
    "realistic/cpp-cross",
    "realistic/deb-package-builder",
    "realistic/distroless-with-debug",
    "realistic/elixir-release",
    "realistic/java-gradle",
    "realistic/java-maven-reports",
    "realistic/latex-docs",
    "realistic/legacy-style",
    "realistic/ml-conda",
    "realistic/monorepo-twelve-stages",
    "realistic/node-workspaces-worker",
    "realistic/php-fpm",
    "realistic/protobuf-codegen",
    "realistic/python-poetry",
    "realistic/rails",
    "realistic/team-base-with-triggers",
    "realistic/test-matrix",
    "realistic/tool-box-linked",
    "add/http-to-file",
    "args/arg-after-env",
    "base-image-config/custom-path",
    "capabilities-off/setsdefaultpath-on",
    "check-directive/comment-as-first-line",
    "chmod/octal",
    "chown/from-stage-user-lookup",
    "cmd-entrypoint/cmd-before-entrypoint",
    "context-paths/duplicate",
    "copy/several-sources",
    "display-names/config-steps-not-counted",
    "dockerignore/negation",
    "env-expansion/nested-default",
    "exclude/several",
    "expose/range",
    "from-and-stages/diamond",
    "heredoc-copy/mixed-with-files",
    "label-maintainer/several",
    "link/from-stage",
    "multi-platform/two-simple",
    "named-contexts/image-over-stage",
    "no-cache/one-stage",
    "onbuild/from-base-image",
    "run/heredoc-to-program",
    "run-mounts/cache-uid-gid-mode",
    "run-options/add-hosts",
    "source-date-epoch/declared",
    "stopsignal/name",
    "user/switch",
    "volume/several",
    "workdir/relative-chain",
  ],
  llbc: [
    "realistic/dotnet-solution",
    "realistic/firmware-named-contexts",
    "realistic/go-service",
    "realistic/kernel-builder",
    "realistic/nginx-static",
    "realistic/node-monorepo",
    "realistic/python-uv",
    "realistic/rust-workspace",
    "healthcheck/shell",
    "named-contexts/local-mount",
    "parents/pivot",
    "run/heredoc-shebang",
  ],
};

export interface ChosenCase {
  readonly name: string;
  readonly reference: Reference;
  readonly testCase: ConformanceCase<ExpectedCompilation>;
}

export function chosenCases(): readonly ChosenCase[] {
  const cases = new Map(loadCompileCases().map((testCase) => [`${testCase.group}/${testCase.name}`, testCase]));
  return (["worker", "llbc"] as const).flatMap((reference) =>
    chosen[reference].map((name) => {
      const testCase = cases.get(name);
      if (testCase === undefined) throw new Error(`the conformance set has no case ${name}`);
      return { name, reference, testCase };
    }),
  );
}

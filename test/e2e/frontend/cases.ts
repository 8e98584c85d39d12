import { type ConformanceCase, type ExpectedCompilation, loadCompileCases } from "../../conformance/load.ts";

/** By what the build with the image is measured: the frontend inside the worker, or llbc outside of it. */
export type Reference = "worker" | "llbc";

/**
 * Cases of the conformance set that build on a worker without network: every realistic one, and one of each other group.
 *
 * Measured by llbc are those for which the worker's own frontend, which is older, is no measure: it has COPY --parents
 * and RUN --security only in its labs version, and writes the history of HEALTHCHECK in another way. What llbc makes
 * from outside is held against BuildKit's current frontend by the conformance tests.
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
    "realistic/python-uv",
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
    "copy/dot-slash",
    "display-names/config-steps-not-counted",
  ],
  llbc: [
    "realistic/dotnet-solution",
    "realistic/firmware-named-contexts",
    "realistic/go-service",
    "realistic/kernel-builder",
    "realistic/nginx-static",
    "realistic/node-monorepo",
    "realistic/rust-workspace",
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

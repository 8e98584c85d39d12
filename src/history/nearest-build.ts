import type { BuildSummary } from "../graph/history/build-record.ts";

/** What a build was made of, as its record tells it. */
export type BuildSubject = Pick<BuildSummary, "context" | "dockerfile" | "target">;

/**
 * Of builds, the newest first, the one to compare with: the newest of the same context, Dockerfile and target, else of
 * the same context and Dockerfile, else of the same context.
 */
export function nearestBuild<Build extends BuildSubject>(
  builds: readonly Build[],
  { context, dockerfile, target }: BuildSubject,
): Build | undefined {
  const inContext = builds.filter((build) => build.context === context);
  const ofFile = inContext.filter((build) => build.dockerfile === dockerfile);
  return ofFile.find((build) => build.target === target) ?? ofFile[0] ?? inContext[0];
}

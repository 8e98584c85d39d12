import type { BuildRecord } from "../history/build-record.ts";

/** A build to explain: one that was recorded, or one that is only compiled yet. */
export type ExplainedBuild = Pick<BuildRecord, "vertices" | "buildArgs" | "manifests" | "worker">;

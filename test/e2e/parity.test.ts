import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { build, contextWith, dockerfileText, reportedVertices, sliceNames } from "./builds.ts";
import { testWorker } from "./worker.ts";

// The worker's own frontend is BuildKit's, in the version of that worker. It gets the same context over the same kind
// of session, with the same session id, since that id is part of the op of a local source.
const epoch = { SOURCE_DATE_EPOCH: "1700000000" };
const platforms = ["linux/amd64", "linux/arm64"];

describe.each(sliceNames())("%s", (name) => {
  test.each([
    ["one platform", ["linux/amd64"]],
    ["two platforms", platforms],
  ])("built by the worker's frontend and by us for %s: the same vertices, the same image", async (_, targets) => {
    const context = contextWith(dockerfileText(name), { fresh: true });
    const sessionId = randomBytes(12).toString("hex");
    const image = (by: string) => `${testWorker().registry}/parity/${name}-${targets.length}:${by}`;
    // A provenance tells when the build was made: no two are the same.
    const options = { platforms: targets, buildArgs: epoch, sessionId, attestations: { provenance: false } };

    const theirs = await build(context, { ...options, frontend: "dockerfile.v0", tags: [image("theirs")], push: true });
    const ours = await build(context, { ...options, tags: [image("ours")], push: true });

    expect(Object.keys(reportedVertices(theirs)).length).toBeGreaterThan(2);
    expect(reportedVertices(ours)).toEqual(reportedVertices(theirs));
    expect(ours.digest).toMatch(/^sha256:/);
    expect(ours.digest).toBe(theirs.digest);
  });
});

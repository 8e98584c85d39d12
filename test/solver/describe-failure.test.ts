import { describe, expect, test } from "vitest";
import { Failure } from "../../src/failure.ts";
import { compile } from "../../src/graph/compile.ts";
import type { Op } from "../../src/llb/op.ts";
import { unmarshal } from "../../src/llb/unmarshal.ts";
import { RpcError } from "../../src/solver/buildkit/rpc-error.ts";
import { describeFailure } from "../../src/solver/describe-failure.ts";
import { StepFailure } from "../../src/solver/failing-step.ts";
import { checkPlatforms } from "../../src/solver/platform-check.ts";
import { Recorder } from "../../src/solver/recorder.ts";
import { HandMade } from "./hand-made.ts";

const made = new HandMade();
const step = made.run(made.image("busybox", "linux/arm64"), "make", { platform: "linux/arm64" });
const ranges = [{ start: { line: 2, character: 0 }, end: { line: 2, character: 8 } }];
const definition = made.definition(step, {
  infos: [{ filename: "Dockerfile", data: Buffer.from("FROM busybox\nRUN make\n") }],
  locations: { [step]: { locations: [{ ranges }] } },
});

describe("the failure of a step", () => {
  test("gets its name, its last lines and its place", () => {
    const error = describeFailure(failure(step, 2), recorded(step, "RUN make", lines(1, 50)), [definition]);
    expect(error).toMatchObject({
      message: "RUN make failed with exit code 2",
      step: { vertex: step, name: "RUN make", exitCode: 2 },
      source: { filename: "Dockerfile", ranges },
    });
    expect(error).toHaveProperty("step.lastLines", lines(31, 50).trimEnd().split("\n"));
    expect(error).toHaveProperty("cause.message", "process did not complete successfully: exit code: 2");
  });

  test("is found by its name where the worker calls the vertex otherwise", () => {
    const error = describeFailure(failure("sha256:other", 2), recorded("sha256:other", "RUN make", ""), [definition]);
    expect(error).toMatchObject({ step: { name: "RUN make" }, source: { ranges } });
  });

  test("that the answer does not name is the one that the events told of", () => {
    const recorder = recorded(step, "RUN make", "");
    recorder.record({ kind: "failed", vertex: step, started: 1, at: 2, error: "exit code: 2", cancelled: false });
    expect(describeFailure(failure("", 2), recorder, [definition])).toMatchObject({
      step: { vertex: step, name: "RUN make" },
    });
  });

  test("without an exit code keeps the worker's words", () => {
    const cause = new RpcError(2, 'failed to compute cache key: "/x": not found');
    const error = new StepFailure(cause.message, { vertex: step, name: "", lastLines: [] }, { cause });
    expect(describeFailure(error, recorded(step, "COPY x /", ""), [])).toMatchObject({
      message: cause.message,
      step: { name: "COPY x /" },
    });
  });

  test("to download what ADD names has the place of the step, which BuildKit's frontend notes for its copy alone", async () => {
    const { platforms } = await compile("FROM scratch\nCOPY a /\nADD http://files.example.com/x /\n");
    const definition = unmarshal(platforms[0]?.definition.bytes ?? Buffer.of());
    const isDownload = (op: Op) => op.kind === "source" && op.identifier.startsWith("http://");
    const download = String(definition.digests[definition.ops.findIndex(isDownload)]);
    const name = "[2/2] ADD http://files.example.com/x /";
    const cause = new RpcError(2, "connection refused");
    const error = new StepFailure("no", { vertex: download, name: "", lastLines: [] }, { cause });
    expect(describeFailure(error, recorded(download, name, ""), [definition])).toMatchObject({
      source: { ranges: [{ start: { line: 3 } }] },
    });
  });

  test("is all that is touched", () => {
    const other = new Failure("usage", "no");
    expect(describeFailure(other, new Recorder(), [])).toBe(other);
  });

  test("keeps little of what a step wrote, also of one endless line", () => {
    const error = describeFailure(failure(step, 1), recorded(step, "RUN make", "x".repeat(10_000_000)), []);
    expect(error).toHaveProperty("step.lastLines.0.length", 16384);
  });
});

describe("a step for another platform", () => {
  test("is refused by a worker that does not run it, with its place and what to do", () => {
    expect(() => checkPlatforms([definition], ["linux/amd64", "linux/amd64/v2"])).toThrowError(
      expect.objectContaining({
        code: "platform-unsupported",
        message: expect.stringMatching(/linux\/arm64.*RUN make\nIt runs linux\/amd64, linux\/amd64\/v2\./),
        remedy: expect.stringContaining("llbc platforms install arm64"),
        source: expect.objectContaining({ ranges }),
      }),
    );
  });

  test("is fine with one that does, in any variant, or that does not say", () => {
    for (const available of [["linux/arm64"], ["linux/amd64", "linux/arm64/v9"], []])
      checkPlatforms([definition], available);
  });

  test("only matters where something is run", () => {
    const copied = new HandMade();
    checkPlatforms(
      [copied.definition(copied.file(copied.image("busybox", "linux/s390x"), "/x", "y"))],
      ["linux/amd64"],
    );
  });
});

function failure(vertex: string, exitCode: number): StepFailure {
  const cause = new RpcError(2, `process did not complete successfully: exit code: ${exitCode}`);
  return new StepFailure("a step failed", { vertex, name: "", exitCode, lastLines: [] }, { cause });
}

function recorded(vertex: string, name: string, output: string): Recorder {
  const recorder = new Recorder();
  recorder.record({ kind: "vertex", vertex, name, inputs: [], platform: "", internal: false });
  recorder.record({ kind: "started", vertex, at: 1 });
  // Cut anywhere, as it comes from a pipe.
  const bytes = Buffer.from(output);
  for (let at = 0; at < bytes.length; at += 100_000) {
    recorder.record({ kind: "log", vertex, stream: "stdout", data: bytes.subarray(at, at + 7), at: 1 });
    recorder.record({ kind: "log", vertex, stream: "stdout", data: bytes.subarray(at + 7, at + 100_000), at: 1 });
  }
  return recorder;
}

function lines(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}\n`).join("");
}

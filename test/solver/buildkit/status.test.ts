import Long from "long";
import { describe, expect, test } from "vitest";
import { control } from "../../../src/solver/buildkit/proto/gen/buildkit.js";
import { StatusReader } from "../../../src/solver/buildkit/status.ts";
import { Recorder } from "../../../src/solver/recorder.ts";

describe("a worker's status as events", () => {
  test("a vertex is introduced once, then starts and ends", () => {
    const reader = new StatusReader();
    const vertex = { digest: "sha256:a", name: "[linux/arm64 build 2/3] RUN make", inputs: ["sha256:b"] };
    expect(read(reader, { vertexes: [vertex] })).toEqual([
      {
        kind: "vertex",
        vertex: "sha256:a",
        name: vertex.name,
        inputs: ["sha256:b"],
        platform: "linux/arm64",
        internal: false,
      },
    ]);
    expect(read(reader, { vertexes: [{ ...vertex, started: at(10) }] })).toEqual([
      { kind: "started", vertex: "sha256:a", at: 10_000 },
    ]);
    // The same state again is nothing new.
    expect(read(reader, { vertexes: [{ ...vertex, started: at(10) }] })).toEqual([]);
    const done = { ...vertex, started: at(10), completed: at(12, 345_678_000) };
    expect(read(reader, { vertexes: [done] })).toEqual([
      { kind: "completed", vertex: "sha256:a", started: 10_000, at: 12_345.678 },
    ]);
    expect(read(reader, { vertexes: [done] })).toEqual([]);
  });

  test("a source is looked up, then taken from the cache: two runs of which the second is a hit", () => {
    const reader = new StatusReader();
    const kinds = [
      { started: at(1) },
      { started: at(1), completed: at(2) },
      { started: at(3), completed: at(3), cached: true },
    ].flatMap((state) => read(reader, { vertexes: [{ digest: "sha256:a", ...state }] }).map(({ kind }) => kind));
    expect(kinds).toEqual(["vertex", "started", "completed", "cached"]);
  });

  test("what seems to be cached and then runs has run; what was fetched has not", () => {
    const states = (...messages: readonly object[]) => {
      const [reader, recorder] = [new StatusReader(), new Recorder()];
      const vertex = { digest: "sha256:b", inputs: ["sha256:a"] };
      const cached = { ...vertex, started: at(1), completed: at(1), cached: true };
      for (const state of [vertex, cached, ...messages]) {
        for (const event of reader.read({ vertexes: [state] })) recorder.record(event);
      }
      return recorder.timings().map(({ state }) => state);
    };
    expect(states()).toEqual(["cached"]);
    const run = { digest: "sha256:b", started: at(2), completed: at(3) };
    expect(states({ ...run, inputs: ["sha256:a"] })).toEqual(["completed"]);
    expect(states(run)).toEqual(["cached"]);
  });

  test("of two runs in one message, the first ends before the second begins", () => {
    const first = { digest: "sha256:a", started: at(1), completed: at(2) };
    const events = read(new StatusReader(), { vertexes: [first, { digest: "sha256:a", started: at(3) }] });
    expect(events.slice(1)).toEqual([
      { kind: "started", vertex: "sha256:a", at: 1_000 },
      { kind: "completed", vertex: "sha256:a", started: 1_000, at: 2_000 },
      { kind: "started", vertex: "sha256:a", at: 3_000 },
    ]);
  });

  test("in one message, beginnings come before output and endings after it", () => {
    const events = read(new StatusReader(), {
      vertexes: [{ digest: "sha256:a", started: at(1), completed: at(2) }],
      logs: [
        { vertex: "sha256:a", stream: Long.fromNumber(2), msg: Buffer.from("hi\n"), timestamp: at(1, 500_000_000) },
      ],
      statuses: [
        {
          vertex: "sha256:a",
          id: "extracting",
          name: "extracting x",
          current: Long.fromString("5000000000"),
          total: Long.fromString("6000000000"),
          timestamp: at(2),
          started: at(1),
        },
      ],
    });
    expect(events.map(({ kind }) => kind)).toEqual(["vertex", "started", "progress", "log", "completed"]);
    expect(events[2]).toEqual({
      kind: "progress",
      vertex: "sha256:a",
      id: "extracting",
      name: "extracting x",
      current: 5e9,
      total: 6e9,
      at: 2000,
      started: 1000,
    });
    expect(events[3]).toEqual({
      kind: "log",
      vertex: "sha256:a",
      stream: "stderr",
      data: Buffer.from("hi\n"),
      at: 1500,
    });
  });

  test("a failure is told from a step that only was stopped", () => {
    const reader = new StatusReader();
    const failed = (digest: string, error: string) =>
      read(reader, { vertexes: [{ digest, started: at(1), completed: at(2), error }] }).at(-1);
    expect(failed("sha256:a", 'process "x" did not complete successfully: exit code: 2')).toMatchObject({
      kind: "failed",
      cancelled: false,
    });
    expect(failed("sha256:b", "exit code: 137: context canceled: context canceled")).toMatchObject({
      kind: "failed",
      cancelled: true,
    });
  });

  test("warnings keep their place in the Dockerfile", () => {
    const [event] = read(new StatusReader(), {
      warnings: [
        {
          vertex: "sha256:a",
          level: Long.ONE,
          short: Buffer.from("StageNameCasing: …"),
          detail: [Buffer.from("Stage names should be lower case")],
          url: "https://docs.docker.com/go/dockerfile/rule/stage-name-casing/",
          info: { filename: "Dockerfile", data: Buffer.from("FROM a AS B\n") },
          ranges: [{ start: { line: 1, character: 0 }, end: { line: 1, character: 11 } }],
        },
      ],
    });
    expect(event).toMatchObject({
      kind: "warning",
      message: "StageNameCasing: …",
      detail: ["Stage names should be lower case"],
      filename: "Dockerfile",
      ranges: [{ start: { line: 1, character: 0 }, end: { line: 1, character: 11 } }],
    });
  });

  test.each([
    ["[internal] load build context", "", true],
    ["[linux/amd64 internal] load metadata for docker.io/library/busybox:latest", "linux/amd64", true],
    ["[auth] library/busybox:pull token for registry-1.docker.io", "", true],
    ["[linux/amd64->arm64 build 1/2] FROM busybox", "linux/amd64", false],
    ["[linux/arm/v7 1/2] FROM busybox", "linux/arm/v7", false],
    ["[build 1/2] RUN echo [internal]", "", false],
    ["exporting to image", "", false],
  ])("%s", (name, platform, internal) => {
    expect(read(new StatusReader(), { vertexes: [{ digest: "sha256:a", name }] })[0]).toMatchObject({
      platform,
      internal,
    });
  });
});

/** Over the wire, so that what is read is what a worker's bytes become. */
function read(reader: StatusReader, message: control.StatusResponse.$Properties) {
  return reader.read(control.StatusResponse.decode(control.StatusResponse.encode(message).finish()));
}

function at(seconds: number, nanos = 0) {
  return { seconds: Long.fromNumber(seconds), nanos };
}

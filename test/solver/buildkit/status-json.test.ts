import Long from "long";
import { expect, test } from "vitest";
import { statusJson } from "../../../src/solver/buildkit/status-json.ts";

const time = (seconds: number, nanos = 0) => ({ seconds: Long.fromNumber(seconds), nanos });

test("a vertex is written field by field in BuildKit's order, to the nanosecond", () => {
  const vertex = {
    ...{ digest: "sha256:a", inputs: ["sha256:b"], name: "RUN <x> && y", cached: true, error: "exit code: 1" },
    started: time(1_700_000_000, 942_359_131),
    completed: time(1_700_000_001),
    progressGroup: { id: "g", name: "", weak: true },
  };
  expect(statusJson({ vertexes: [vertex] })).toBe(
    '{"vertexes":[{"digest":"sha256:a","inputs":["sha256:b"],"name":"RUN \\u003cx\\u003e \\u0026\\u0026 y",' +
      '"started":"2023-11-14T22:13:20.942359131Z","completed":"2023-11-14T22:13:21Z","cached":true,' +
      '"error":"exit code: 1","progressGroup":{"id":"g","weak":true}}]}',
  );
});

test("what is empty is left out, but what a part has moved, and when", () => {
  expect(statusJson({})).toBe("{}");
  expect(statusJson({ vertexes: [{ digest: "sha256:a", inputs: [], name: "" }] })).toBe(
    '{"vertexes":[{"digest":"sha256:a"}]}',
  );
  const part = { id: "layer", vertex: "v", total: Long.fromNumber(3), current: Long.ZERO, timestamp: time(2, 500) };
  expect(statusJson({ statuses: [part] })).toBe(
    '{"statuses":[{"id":"layer","vertex":"v","total":3,"current":0,"timestamp":"1970-01-01T00:00:02.0000005Z"}]}',
  );
});

test("logs and warnings have their bytes in base64", () => {
  const log = { vertex: "v", stream: Long.fromNumber(2), msg: Buffer.from([0xff, 0x0a]), timestamp: time(1) };
  expect(statusJson({ logs: [log] })).toBe(
    '{"logs":[{"vertex":"v","stream":2,"data":"/wo=","timestamp":"1970-01-01T00:00:01Z"}]}',
  );
  const warning = {
    ...{ vertex: "v", level: Long.fromNumber(1), short: Buffer.from("m"), detail: [Buffer.from("d")], url: "u" },
    info: { filename: "Dockerfile", data: Buffer.from("FROM x"), language: "Dockerfile" },
    ranges: [{ start: { line: 1, character: 0 }, end: { line: 1, character: 4 } }],
  };
  expect(statusJson({ warnings: [warning] })).toBe(
    '{"warnings":[{"vertex":"v","level":1,"short":"bQ==","detail":["ZA=="],"url":"u",' +
      '"sourceInfo":{"filename":"Dockerfile","data":"RlJPTSB4","language":"Dockerfile"},' +
      '"range":[{"start":{"line":1},"end":{"line":1,"character":4}}]}]}',
  );
});

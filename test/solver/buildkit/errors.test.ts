import { Metadata, type ServiceError } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { DockerfileError } from "../../../src/diagnostic.ts";
import { Failure } from "../../../src/failure.ts";
import { translate } from "../../../src/solver/buildkit/errors.ts";
import { common } from "../../../src/solver/buildkit/proto/gen/buildkit.js";
import { RpcError } from "../../../src/solver/buildkit/rpc-error.ts";
import { statusOf } from "../../../src/solver/buildkit/rpc-status.ts";
import { StepFailure } from "../../../src/solver/failing-step.ts";

const vertex = { type: "github.com/moby/buildkit/errdefs.Vertex+json", json: { digest: "sha256:a" } };
const exit = { type: "github.com/moby/buildkit/gatewayapi.ExitMessage+json", json: { Code: 3 } };
const source = {
  type: "github.com/moby/buildkit/errdefs.Source+json",
  json: {
    info: {
      filename: "Dockerfile",
      data: Buffer.from("FROM a\nRUN false\n").toString("base64"),
      language: "Dockerfile",
    },
    // Go leaves zero out.
    ranges: [{ start: { line: 2 }, end: { line: 2, character: 9 } }],
  },
};

describe("a worker's error", () => {
  test("of a step that exited: vertex, code and Dockerfile lines from its details", () => {
    const failure = translate(
      received(2, 'process "/bin/sh -c false" did not complete successfully: exit code: 3', [vertex, exit, source]),
    );
    expect(failure).toBeInstanceOf(StepFailure);
    expect(failure).toMatchObject({
      code: "step-failed",
      message: "a step failed with exit code 3",
      step: { vertex: "sha256:a", exitCode: 3 },
      source: {
        filename: "Dockerfile",
        ranges: [{ start: { line: 2, character: 0 }, end: { line: 2, character: 9 } }],
      },
    });
    expect(Buffer.from(failure.source?.text ?? "").toString()).toBe("FROM a\nRUN false\n");
  });

  test("of a step that could not even begin keeps the worker's words", () => {
    const failure = translate(received(2, 'failed to compute cache key: "/nope": not found', [vertex]));
    expect(failure).toMatchObject({
      code: "step-failed",
      message: 'failed to compute cache key: "/nope": not found',
      step: { exitCode: undefined },
    });
  });

  test("of a file that is not there names it, in words of the Dockerfile", () => {
    const words =
      'failed to compute cache key: failed to calculate checksum of ref ne2r::76gg: "/no \\"such\\" file": not found';
    expect(translate(received(2, words, [vertex]))).toMatchObject({
      code: "step-failed",
      message: 'a step: there is no "/no \\"such\\" file" to copy',
      remedy: expect.stringContaining("ignore file"),
    });
  });

  test.each([
    [1, "context canceled", "cancelled"],
    [14, "read ECONNRESET", "worker-unreachable"],
    [12, "unknown method Info", "capability-missing"],
    [8, "grpc: received message larger than max (17 vs. 16)", "definition-too-large"],
    [16, "token expired", "auth-refused"],
    [2, "failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized", "auth-refused"],
    [
      2,
      "pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials",
      "auth-refused",
    ],
    [2, "exporter oci could not be found", "worker-refused"],
  ])("%i %s is a Failure %s", (code, message, expected) => {
    expect(translate(received(code, message))).toMatchObject({ code: expected });
  });

  test("with details that nobody can read is still an error", () => {
    const metadata = new Metadata();
    metadata.set("grpc-status-details-bin", Buffer.from([0xff, 0xff]));
    expect(translate(RpcError.from(serviceError(2, "no", metadata)))).toMatchObject({
      code: "worker-refused",
      message: "no",
    });
    const odd = { type: "github.com/moby/buildkit/errdefs.Source+json", json: { info: 7, ranges: "x" } };
    expect(translate(received(2, "no", [odd, { ...vertex, json: null }]))).toMatchObject({ code: "worker-refused" });
  });
});

describe("an error that is handed back to the worker", () => {
  test("goes back as it came, details and all", () => {
    const failure = translate(received(2, "boom", [vertex, source]));
    const status = statusOf(failure);
    expect(status).toMatchObject({ code: 2, message: "boom" });
    expect(status.details?.map((detail) => detail.typeUrl)).toEqual([vertex.type, source.type]);
    // And comes out the same on the other side.
    const again = translate(
      new RpcError(
        2,
        "boom",
        (status.details ?? []).map(({ typeUrl, value }) => ({
          typeUrl: typeUrl ?? "",
          value: value ?? new Uint8Array(),
        })),
      ),
    );
    expect(again.source).toEqual(failure.source);
  });

  test("about the Dockerfile carries its lines", () => {
    const range = { start: { line: 3, character: 0 }, end: { line: 3, character: 4 } };
    const error = new DockerfileError([
      {
        rule: "unknown-instruction",
        severity: "error",
        message: "RNU is no instruction",
        filename: "Dockerfile",
        lines: [3],
        ranges: [range],
      },
    ]);
    const status = statusOf(error);
    expect(status.message).toBe("RNU is no instruction");
    expect(
      translate(
        new RpcError(2, "x", [
          { typeUrl: status.details?.[0]?.typeUrl ?? "", value: status.details?.[0]?.value ?? new Uint8Array() },
        ]),
      ).source?.ranges,
    ).toEqual([range]);
  });

  test("that is a cancel says so", () => {
    expect(statusOf(new Failure("cancelled", "stop"))).toMatchObject({ code: 1 });
    expect(statusOf("odd")).toMatchObject({ code: 2, message: "odd" });
  });
});

interface Detail {
  readonly type: string;
  readonly json: unknown;
}

/** An error as grpc-js gives it. */
function received(code: number, message: string, details: readonly Detail[] = []): RpcError {
  const metadata = new Metadata();
  const packed = details.map(({ type, json }) => ({ typeUrl: type, value: Buffer.from(JSON.stringify(json)) }));
  metadata.set(
    "grpc-status-details-bin",
    Buffer.from(common.RpcStatus.encode({ code, message, details: packed }).finish()),
  );
  return RpcError.from(serviceError(code, message, metadata));
}

function serviceError(code: number, details: string, metadata: Metadata): ServiceError {
  return Object.assign(new Error(`${code} X: ${details}`), { code, details, metadata });
}

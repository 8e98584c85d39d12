import { expect, test } from "vitest";
import { type Diagnostic, DockerfileError } from "../../src/diagnostic.ts";
import { Failure } from "../../src/failure.ts";
import { RpcError } from "../../src/solver/buildkit/rpc-error.ts";
import { StepFailure } from "../../src/solver/failing-step.ts";
import { ManyFailures } from "../../src/solver/many-failures.ts";
import { isTransient, withRetries } from "../../src/solver/retry.ts";

const refused = new Failure(
  "worker-refused",
  "failed to do request: dial tcp 10.0.0.1:443: connect: connection refused",
);

test.each([
  "failed to fetch oauth token: unexpected status: 503 Service Unavailable",
  "unexpected status from HEAD request to https://r.example/v2/a/manifests/1: 500 Internal Server Error",
  "failed to push r.example/a: unexpected status from PUT request to https://r.example/v2/a: 429 Too Many Requests",
  "toomanyrequests: You have reached your pull rate limit",
  "net/http: TLS handshake timeout",
  'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://r.example": EOF',
  "read tcp 10.0.0.2:1->10.0.0.1:443: read: connection reset by peer",
  "dial tcp: lookup r.example: Temporary failure in name resolution",
  "invalid response status 502",
  "failed to push r.example/a:1: unknown: not now",
  "failed to push r.example/a:1: unavailable: service unavailable",
  "fatal: unable to access 'https://g.example/': The requested URL returned error: 504",
])("what may pass is tried again: %s", (message) => {
  expect(isTransient(new Failure("worker-refused", message))).toBe(true);
  const step = { vertex: "sha256:a", name: "", exitCode: undefined, lastLines: [] };
  expect(isTransient(new StepFailure("load", step, { cause: new RpcError(2, message) }))).toBe(true);
});

test.each([
  "r.example/a:1: not found",
  "unexpected status from HEAD request to https://r.example/v2/a/manifests/1: 401 Unauthorized",
  "pull access denied, repository does not exist or may require authorization",
  "invalid response status 404",
  "failed to push r.example/a:1: denied: requested access to the resource is denied",
  "dial tcp: lookup nowhere.example: no such host",
  "x509: certificate signed by unknown authority",
  "exporter 500m is not known",
])("what stays is not: %s", (message) => {
  expect(isTransient(new Failure("worker-refused", message))).toBe(false);
});

test("a step that ran and failed is not tried again, whatever it wrote; nor are bugs and usage", () => {
  const step = { vertex: "sha256:a", name: "RUN", exitCode: 7, lastLines: ["connection refused"] };
  expect(isTransient(new StepFailure("connection refused", step))).toBe(false);
  expect(isTransient(new Error("connection refused"))).toBe(false);
  expect(isTransient(new Failure("usage", "connection refused"))).toBe(false);
  expect(isTransient(new ManyFailures([refused, new Failure("worker-refused", "not found")]))).toBe(false);
  expect(isTransient(new ManyFailures([refused, refused]))).toBe(true);
});

test("an image that could not be looked up for the moment is an error of the Dockerfile that may pass", () => {
  const error = (message: string): Diagnostic => {
    return { rule: "image", severity: "error", message, filename: "Dockerfile", lines: [1], ranges: [] };
  };
  expect(isTransient(new DockerfileError([error("a: 503 Service Unavailable")]))).toBe(true);
  expect(isTransient(new DockerfileError([error("a: 503 Service Unavailable"), error("unknown instruction")]))).toBe(
    false,
  );
});

test("no more attempts than asked for, and none after an abort", async () => {
  const stop = new AbortController();
  const told: number[] = [];
  let ran = 0;
  const failing = () => {
    ran++;
    return Promise.reject(refused);
  };
  const never = withRetries(failing, { limit: 0, signal: stop.signal, onRetry: () => {} });
  await expect(never).rejects.toBe(refused);
  expect(ran).toBe(1);
  const onRetry = (_error: Error, attempt: number) => {
    told.push(attempt);
    stop.abort(new Error("stopped"));
  };
  await expect(withRetries(failing, { limit: 5, signal: stop.signal, onRetry })).rejects.toThrow();
  expect(told).toEqual([1]);
  expect(ran).toBe(2);
});

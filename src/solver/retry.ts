import { DockerfileError } from "../diagnostic.ts";
import { Failure } from "../failure.ts";
import { pause } from "../pause.ts";
import { StepFailure } from "./failing-step.ts";
import { ManyFailures } from "./many-failures.ts";

export interface Retries {
  /** How often a build is tried again. */
  readonly limit: number;
  readonly signal: AbortSignal;
  /** Hears of each failure that is followed by another attempt; `wait` is in milliseconds. */
  readonly onRetry: (error: Error, attempt: number, wait: number) => Promise<void> | void;
}

/**
 * Runs a build, and again as long as it fails by something that may pass: a source or a registry that does not answer,
 * breaks off or is overloaded. Steps that fail are not tried again. What was built before is in the worker's cache.
 */
export async function withRetries<T>(run: (attempt: number) => Promise<T>, retries: Retries): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await run(attempt);
    } catch (error) {
      retries.signal.throwIfAborted();
      if (attempt >= retries.limit || !isTransient(error)) throw error;
      const wait = waitBefore(attempt);
      await retries.onRetry(error, attempt + 1, wait);
      await pause(wait, retries.signal);
    }
  }
}

/** Twice as long each time, up to half a minute, and never quite the same: many builds may wait for one registry. */
function waitBefore(attempt: number): number {
  return Math.round(Math.min(30_000, 500 * 2 ** attempt) * (0.75 + Math.random() / 2));
}

/** Whether an error may be gone when the same is tried again. */
export function isTransient(error: unknown): error is Error {
  if (error instanceof ManyFailures) return error.failures.every(isTransient);
  if (error instanceof DockerfileError) {
    const errors = error.diagnostics.filter(({ severity }) => severity === "error");
    return errors.length > 0 && errors.every(({ message }) => passes.test(message));
  }
  if (!(error instanceof Failure)) return false;
  if (error instanceof StepFailure && error.step.exitCode !== undefined) return false;
  if (error.code === "cancelled" || error.code === "usage" || error.code === "worker-unreachable") return false;
  const words = error.cause instanceof Error ? `${error.message}\n${error.cause.message}` : error.message;
  return passes.test(words);
}

/** What workers, their registries, git and curl say of a network that fails, or of a server that is overloaded or broken. */
const passes = new RegExp(
  [
    "connection (refused|reset|timed out|aborted)",
    "broken pipe",
    "i/o timeout|TLS handshake timeout|operation timed out|context deadline exceeded|Client\\.Timeout",
    "unexpected EOF|early EOF|: EOF\\b|http2: server sent GOAWAY|stream error",
    "temporary failure in name resolution|server misbehaving|could not resolve host",
    "no route to host|network is unreachable",
    "too many requests|\\b(status( code)?:?|error:?|status [A-Z]+ request to \\S+:|response status) (408|429|5\\d\\d)\\b",
    "\\b(429|50[0234]) (Too Many Requests|Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)",
    "toomanyrequests",
    "short read|failed size validation",
    // Of a push, a worker tells the code in the registry's answer in place of the status, where there is one.
    "failed to push \\S+: (unknown|unavailable)\\b",
  ].join("|"),
  "i",
);

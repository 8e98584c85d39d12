import { Failure } from "../../failure.ts";

/** The most that one message may weigh, in bytes: BuildKit's own limit, on both sides. */
export const messageLimit = 16 << 20;

/** What a request has besides its definition. */
const headroom = 64 << 10;

/** Throws a Failure `definition-too-large` for a definition that no worker would take. */
export function checkDefinitionSize(definition: Uint8Array): void {
  if (definition.length <= messageLimit - headroom) return;
  const size = (definition.length / (1 << 20)).toFixed(1);
  throw new Failure("definition-too-large", `the definition weighs ${size} MiB, and workers take 16 MiB at most`, {
    remedy: "Split the Dockerfile into images that build on each other, or move large heredocs into the context.",
  });
}

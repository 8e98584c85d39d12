import { Failure } from "../failure.ts";
import { check } from "../graph/check.ts";
import { checkJson, checkStatus } from "../graph/check-shape.ts";
import { checkText } from "../graph/check-text.ts";
import type { CompileEnvironment } from "../graph/compile-context.ts";
import type { CompileOptions } from "../graph/compile-options.ts";
import { indentedJson } from "../graph/inspection-json.ts";
import { outline } from "../graph/outline.ts";
import { outlineJson, outlineText } from "../graph/outline-shape.ts";
import { targets, targetsJson, targetsText } from "../graph/targets.ts";
import { tabTable } from "../tab-table.ts";
import type { FrontendResult } from "./gateway.ts";

/** A Dockerfile with all that a compile of it would be given. */
export interface RequestSubject {
  readonly source: Uint8Array;
  readonly options: CompileOptions;
  readonly environment: CompileEnvironment;
}

/**
 * Answers a request about a Dockerfile (the option `requestid`) instead of building it: its outline, its targets, what
 * the checks say, or which requests there are.
 * @throws Failure `capability-missing` for any other request; what the answering function throws is passed on.
 */
export async function answerRequest(
  id: string,
  { source, options, environment }: RequestSubject,
): Promise<FrontendResult> {
  switch (id) {
    case "frontend.outline": {
      const answer = await outline(source, options, environment);
      return resultOf(outlineJson(answer), outlineText(answer));
    }
    case "frontend.targets": {
      const answer = await targets(source, options);
      return resultOf(targetsJson(answer), targetsText(answer));
    }
    case "frontend.lint": {
      const answer = await check(source, options, environment);
      return resultOf(checkJson(answer), checkText(answer), [["result.statuscode", String(checkStatus(answer))]]);
    }
    case "frontend.subrequests.describe":
      return resultOf(indentedJson(descriptions), descriptionText());
    default:
      throw new Failure("capability-missing", `the request "${id}" is not known to this frontend`);
  }
}

function resultOf(json: string, text: string, more: readonly (readonly [string, string])[] = []): FrontendResult {
  const entries = [["result.json", json], ["result.txt", text], ["version", "1.0.0"], ...more] as const;
  return { metadata: new Map(entries.map(([key, value]) => [key, Buffer.from(value)])) };
}

/** As BuildKit's frontend tells them: the checks can be asked for, but are not on the list. */
const descriptions = [
  describe("frontend.outline", "List all parameters current build target supports", [
    { name: "target", description: "Target build stage" },
  ]),
  describe("frontend.targets", "List all targets current build supports", []),
  describe("frontend.subrequests.describe", "List available subrequest types", null),
];

function describe(name: string, description: string, opts: readonly object[] | null) {
  const metadata = ["result.json", "result.txt"].map((key) => ({ name: key, description: "" }));
  return { name, version: "1.0.0", type: "rpc", description, opts, inputs: null, metadata, refs: null };
}

function descriptionText(): string {
  const rows = descriptions.map(({ name, version, description }) => [
    name.slice("frontend.".length),
    version,
    description,
  ]);
  return tabTable([["NAME", "VERSION", "DESCRIPTION"], ...rows], 1);
}

import type { Diagnostic } from "../diagnostic.ts";
import { Failure } from "../failure.ts";
import { check } from "../graph/check.ts";
import { checkJson, checkStatus } from "../graph/check-shape.ts";
import { checkText } from "../graph/check-text.ts";
import type { CompileEnvironment } from "../graph/compile-context.ts";
import type { CompileOptions } from "../graph/compile-options.ts";
import { indentedJson } from "../graph/inspection-json.ts";
import { outlineWithWarnings } from "../graph/outline.ts";
import { outlineJson, outlineText } from "../graph/outline-shape.ts";
import { targets, targetsJson, targetsText } from "../graph/targets.ts";
import { tabTable } from "../tab-table.ts";
import { convertLlb } from "./convert-llb.ts";
import type { FrontendResult } from "./gateway.ts";
import { Unsupported } from "./unsupported.ts";

/** A Dockerfile with all that a compile of it would be given. */
export interface RequestSubject {
  readonly source: Uint8Array;
  readonly options: CompileOptions;
  readonly environment: CompileEnvironment;
}

/**
 * Answers a request about a Dockerfile (the option `requestid`) instead of building it: its outline, its targets, what
 * the checks say, its definition as JSON, or which requests there are. Where the Dockerfile is worked out for the answer
 * and the checks are not the answer, `warn` is told what they say.
 * @throws Failure `capability-missing` for any other request; what the answering function throws is passed on.
 */
export async function answerRequest(
  id: string,
  { source, options, environment }: RequestSubject,
  warn: (warnings: readonly Diagnostic[]) => Promise<void> = async () => {},
): Promise<FrontendResult> {
  switch (id) {
    case "frontend.outline": {
      const { outline, warnings } = await outlineWithWarnings(source, options, environment);
      await warn(warnings);
      return resultOf({ json: outlineJson(outline), text: outlineText(outline) });
    }
    case "frontend.targets": {
      const answer = await targets(source, options);
      return resultOf({ json: targetsJson(answer), text: targetsText(answer) });
    }
    case "frontend.lint": {
      const answer = await check(source, options, environment);
      return resultOf({ json: checkJson(answer), text: checkText(answer), status: checkStatus(answer) });
    }
    case "frontend.convertllb": {
      const { json, warnings } = await convertLlb(source, options, environment);
      await warn(warnings);
      return resultOf({ json, version: "0.1.0" });
    }
    case "frontend.subrequests.describe":
      return resultOf({ json: indentedJson(descriptions), text: descriptionText() });
    default:
      throw new Failure("capability-missing", `unsupported request ${id}: this frontend does not know it`, {
        cause: new Unsupported("subrequest", id),
      });
  }
}

interface Answer {
  readonly json: string;
  readonly text?: string;
  readonly version?: string;
  readonly status?: number;
}

function resultOf({ json, text, version = "1.0.0", status }: Answer): FrontendResult {
  const metadata = new Map<string, Uint8Array>();
  metadata.set("result.json", Buffer.from(json));
  if (text !== undefined) metadata.set("result.txt", Buffer.from(text));
  if (status !== undefined) metadata.set("result.statuscode", Buffer.from(String(status)));
  metadata.set("version", Buffer.from(version));
  return { metadata };
}

/** As BuildKit's frontend tells them: checks and definitions can be asked for, but are not on the list. */
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

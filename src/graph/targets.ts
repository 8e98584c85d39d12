import { DockerfileError } from "../diagnostic.ts";
import { parseDockerfile } from "../parser/index.ts";
import type { Stage } from "../parser/instruction.ts";
import { tabTable } from "../tab-table.ts";
import { decodeUtf8, utf8Bytes } from "../utf8.ts";
import { type InspectionLocation, indentedJson, inspectionLocation, optionalText } from "./inspection-json.ts";
import { parseDiagnostics } from "./parse-diagnostics.ts";
import { sourceLines } from "./source-lines.ts";
import { withTokenRanges } from "./token-ranges.ts";

/** The stages that can be built: the answer of BuildKit's `frontend.targets`, field by field as its JSON has it. */
export interface TargetList {
  readonly targets: readonly Target[];
  /** The Dockerfile, base64. */
  readonly sources: readonly string[];
}

/** A stage that can be built, as `docker build --call targets` tells it. */
export interface Target {
  readonly name?: string;
  /** Of the last stage alone. */
  readonly default?: true;
  readonly description?: string;
  /** The base as written. */
  readonly base?: string;
  /** The platform flag as written. */
  readonly platform?: string;
  readonly location: InspectionLocation;
}

/**
 * Lists the stages of a Dockerfile. Nothing but the text is looked at: no image is asked for.
 * @throws DockerfileError when any instruction is malformed, as BuildKit refuses such a file whole.
 */
export async function targets(source: string | Uint8Array, options: TargetsOptions = {}): Promise<TargetList> {
  const bytes = utf8Bytes(source);
  const dockerfile = parseDockerfile(bytes);
  if (dockerfile.errors.length > 0) {
    const pointed = parseDiagnostics(options.filename ?? "Dockerfile", dockerfile.errors);
    throw new DockerfileError(await withTokenRanges(sourceLines(decodeUtf8(bytes)), dockerfile.escape, pointed));
  }
  const { stages } = dockerfile;
  return {
    targets: stages.map((stage, index) => targetShape(stage, index === stages.length - 1)),
    sources: [Buffer.from(bytes).toString("base64")],
  };
}

/** How {@link targets} names the Dockerfile. */
export interface TargetsOptions {
  /** The name of the Dockerfile, for the diagnostics; `Dockerfile` when absent. */
  readonly filename?: string;
}

/** The text of a target list for terminals, as `docker build --call=targets` prints it. */
export function targetsText(list: TargetList): string {
  const rows = list.targets.map((target) => [shownName(target), target.description ?? ""]);
  return tabTable([["TARGET", "DESCRIPTION"], ...rows], 1);
}

/** The list in the very text of BuildKit's JSON, which has `null` for no targets. */
export function targetsJson(list: TargetList): string {
  return indentedJson({
    ...list,
    targets: list.targets.length === 0 ? null : list.targets,
  });
}

function shownName({ name = "", default: isDefault }: Target): string {
  if (isDefault !== true) return name;
  return name === "" ? "(default)" : `${name} (default)`;
}

function targetShape(stage: Stage, isLast: boolean): Target {
  return {
    ...optionalText("name", stage.name),
    ...(isLast ? { default: true } : {}),
    ...optionalText("description", stage.docComment),
    ...optionalText("base", stage.baseName),
    ...optionalText("platform", stage.platform),
    location: inspectionLocation(stage.lines),
  };
}

import type { Stage } from "../parser/instruction.ts";
import { tabTable } from "../tab-table.ts";
import { type InspectionLocation, indentedJson, inspectionLocation, optionalText } from "./inspection-json.ts";

/** The stages that can be built: the answer of BuildKit's `frontend.targets`, field by field as its JSON has it. */
export interface TargetList {
  readonly targets: readonly Target[];
  /** The Dockerfile, base64. */
  readonly sources: readonly string[];
}

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

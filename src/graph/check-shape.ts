import type { Diagnostic } from "../diagnostic.ts";
import type { SourceInfo } from "../llb/definition.ts";
import { toWellFormed } from "../utf8.ts";
import { type DefinitionShape, definitionShape } from "./definition-shape.ts";
import { type InspectionLocation, indentedJson, inspectionLocation } from "./inspection-json.ts";
import { lintRuleNamed } from "./lint/rules.ts";

/** What the checks say of a Dockerfile: the answer of BuildKit's `frontend.lint`, field by field as its JSON has it. */
export interface CheckReport {
  /** In the order in which they were found. */
  readonly warnings: readonly CheckWarning[];
  readonly sources: readonly CheckSource[];
  /** What makes the Dockerfile invalid, if anything; the warnings are then those found before. */
  readonly buildError?: CheckError;
}

/** A broken rule, as BuildKit's lint results have it. */
export interface CheckWarning {
  readonly ruleName: string;
  readonly description?: string;
  readonly url?: string;
  /** The text of the warning, with the facts of the place. */
  readonly detail?: string;
  readonly location: InspectionLocation;
}

/** Why the Dockerfile does not compile, with its place: `buildError` of BuildKit's lint results. */
export interface CheckError {
  readonly message: string;
  readonly location: InspectionLocation;
}

/** A text that locations point into, by its index among the sources. */
export interface CheckSource {
  readonly filename: string;
  /** The Dockerfile, base64. */
  readonly data: string;
  /** How a worker loads the Dockerfile. */
  readonly definition?: DefinitionShape;
  readonly language: string;
}

/** The report on one Dockerfile from its diagnostics; of several errors it tells the first. */
export function checkReport(source: SourceInfo, diagnostics: readonly Diagnostic[]): CheckReport {
  const error = diagnostics.find((diagnostic) => diagnostic.severity === "error");
  // An instruction of many lines may have as many warnings, which then share their place.
  const places = new Map<readonly number[], InspectionLocation>();
  const placeOf = (lines: readonly number[]): InspectionLocation => {
    const place = places.get(lines) ?? inspectionLocation(lines);
    places.set(lines, place);
    return place;
  };
  const warnings = diagnostics.filter((diagnostic) => diagnostic.severity === "warning");
  return {
    warnings: warnings.map((warning) => warningShape(warning, placeOf(warning.lines))),
    sources: [sourceShape(source)],
    ...(error === undefined ? {} : { buildError: errorShape(error) }),
  };
}

/** 1 with any warning or error, else 0: what `docker build --check` exits with. */
export function checkStatus(report: CheckReport): 0 | 1 {
  return report.warnings.length > 0 || report.buildError !== undefined ? 1 : 0;
}

/** The report in the very text of BuildKit's JSON, which has `null` for no warnings. */
export function checkJson(report: CheckReport): string {
  return indentedJson({ ...report, warnings: report.warnings.length === 0 ? null : report.warnings });
}

function sourceShape({ filename, data, definition, language }: SourceInfo): CheckSource {
  return {
    filename: toWellFormed(filename),
    data: Buffer.from(data).toString("base64"),
    ...(definition === undefined ? {} : { definition: definitionShape(definition) }),
    language,
  };
}

function warningShape(diagnostic: Diagnostic, location: InspectionLocation): CheckWarning {
  const description = lintRuleNamed(diagnostic.rule)?.description;
  return {
    ruleName: diagnostic.rule,
    ...(description === undefined ? {} : { description }),
    ...(diagnostic.url === undefined ? {} : { url: diagnostic.url }),
    detail: toWellFormed(diagnostic.message),
    location,
  };
}

function errorShape(diagnostic: Diagnostic): CheckError {
  // More places than BuildKit's first one: the other instructions of a cycle, which belong to the answer. An error
  // that BuildKit gives no place has none here either.
  const places =
    diagnostic.lines.length > 0 && diagnostic.ranges.length > diagnostic.lines.length
      ? diagnostic.ranges.map(({ start }) => start.line)
      : diagnostic.lines;
  const lines = [...new Set(places)].sort((a, b) => a - b);
  return { message: toWellFormed(diagnostic.message), location: inspectionLocation(lines) };
}

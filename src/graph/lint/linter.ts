import type { Diagnostic } from "../../diagnostic.ts";
import type { Directive } from "../../parser/dockerfile.ts";
import { lineRange } from "../../range.ts";
import type { PointedDiagnostic } from "../token-ranges.ts";
import { type CheckConfig, defaultCheckConfig, mergeCheckConfig, parseCheckConfig } from "./check-config.ts";
import type { LintRule } from "./rules.ts";

/** Where the settings of the linter come from. */
export interface CheckSources {
  readonly filename: string;
  /** Of the check option (`BUILDKIT_DOCKERFILE_CHECK`). Where it is given, even empty, the directive does not count. */
  readonly option?: CheckConfig | undefined;
  /** The `# check=` directive of the Dockerfile. */
  readonly directive?: Pick<Directive, "value" | "lines"> | undefined;
}

/** The linter that a Dockerfile and an option ask for, or the diagnostic of a malformed directive. */
export function linterFor(
  sources: CheckSources,
):
  | { readonly kind: "linter"; readonly linter: Linter }
  | { readonly kind: "invalid"; readonly diagnostic: Diagnostic } {
  const { filename, option, directive } = sources;
  if (option !== undefined) return { kind: "linter", linter: new Linter({ filename, config: option }) };
  const result = parseCheckConfig(directive?.value ?? "");
  if (result.kind === "config") return { kind: "linter", linter: new Linter({ filename, config: result.config }) };
  return {
    kind: "invalid",
    diagnostic: {
      rule: "check-setting",
      severity: "error",
      message: `the check directive: ${result.problem}`,
      filename,
      // BuildKit gives this error no line.
      lines: [],
      ranges: directive?.lines.map(lineRange) ?? [],
    },
  };
}

export interface LinterOptions {
  /** The name of the Dockerfile, for the diagnostics. */
  readonly filename: string;
  readonly config?: CheckConfig;
}

/**
 * Collects the warnings of one compile in the order in which they are found. A linter made by
 * `withConfigFromComments` reports into the one that it comes from, under its own settings.
 */
export class Linter {
  readonly #filename: string;
  readonly #config: CheckConfig;
  #findings: PointedDiagnostic[] = [];
  /** An instruction of many lines may have as many warnings, which then share their ranges. */
  #place: { readonly lines: readonly number[]; readonly ranges: Diagnostic["ranges"] } = { lines: [], ranges: [] };

  constructor(options: LinterOptions) {
    this.#filename = options.filename;
    this.#config = options.config ?? defaultCheckConfig;
  }

  /**
   * Reports `rule` at `lines` (from 1, as BuildKit gives them; empty for none), unless the settings switch it off.
   * `args` are the facts that the message of the rule names.
   */
  run<Args extends readonly string[]>(rule: LintRule<Args>, lines: readonly number[], ...args: Args): void {
    if (!this.#reports(rule)) return;
    if (this.#place.lines !== lines) this.#place = { lines, ranges: lines.map(lineRange) };
    const diagnostic: Diagnostic = {
      rule: rule.name,
      severity: "warning",
      message: rule.format(...args),
      filename: this.#filename,
      lines,
      ranges: this.#place.ranges,
      ...(rule.url === undefined ? {} : { url: rule.url }),
    };
    this.#findings.push({ diagnostic, tokens: rule.tokens(...args), last: rule.lastToken });
  }

  /**
   * This linter with the settings of the first `check=` among the comments that stand above an instruction; itself
   * when there is none, or when it is malformed, which is no error in a comment. A comment cannot make warnings errors.
   */
  withConfigFromComments(comments: readonly string[]): Linter {
    for (const comment of comments) {
      const value = checkValue(comment);
      if (value === undefined) continue;
      const result = parseCheckConfig(value);
      if (result.kind === "invalid") return this;
      const merged = new Linter({ filename: this.#filename, config: mergeCheckConfig(this.#config, result.config) });
      merged.#findings = this.#findings;
      return merged;
    }
    return this;
  }

  /** What was reported so far, with the texts to point at: see `withTokenRanges`. */
  get findings(): readonly PointedDiagnostic[] {
    return this.#findings;
  }

  /** What was reported so far, with ranges that are whole lines. */
  get warnings(): readonly Diagnostic[] {
    return this.#findings.map(({ diagnostic }) => diagnostic);
  }

  /** The error that a Dockerfile with warnings is, when the settings ask for it; it has no place of its own. */
  error(): Diagnostic | undefined {
    if (!this.#config.warningsAreErrors || this.#findings.length === 0) return undefined;
    const names = [...new Set(this.#findings.map(({ diagnostic }) => diagnostic.rule))];
    return {
      rule: "check-failed",
      severity: "error",
      message: `lint violation found for rules: ${names.join(", ")}; "error=true" makes every warning an error`,
      filename: this.#filename,
      lines: [],
      ranges: [],
    };
  }

  #reports(rule: Pick<LintRule, "name" | "experimental" | "deprecated">): boolean {
    if (rule.deprecated) return false;
    if (rule.experimental) return this.#config.experimentalAll || this.#config.experimental.has(rule.name);
    return !this.#config.skipAll && !this.#config.skipped.has(rule.name);
  }
}

/** The first setting of a comment: a name in any case, and a value that ends at the first space. */
const checkComment = /^[\s\u0085]*check[\t\n\f\r ]*=[\t\n\f\r ]*([^ ]+)/i;

function checkValue(comment: string): string | undefined {
  return checkComment.exec(comment)?.[1];
}

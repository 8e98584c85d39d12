/** What a check option asks of the linter: `skip=…;error=…;experimental=…`. */
export interface CheckConfig {
  readonly skipAll: boolean;
  readonly skipped: ReadonlySet<string>;
  readonly experimentalAll: boolean;
  readonly experimental: ReadonlySet<string>;
  /** Whether a warning fails the build. */
  readonly warningsAreErrors: boolean;
}

/** A check option that was read, or what is wrong with it as one sentence. */
export type CheckConfigResult =
  | { readonly kind: "config"; readonly config: CheckConfig }
  | { readonly kind: "invalid"; readonly problem: string };

/** Every rule on but the experimental ones, warnings as warnings: what holds without a check option. */
export const defaultCheckConfig: CheckConfig = {
  skipAll: false,
  skipped: new Set(),
  experimentalAll: false,
  experimental: new Set(),
  warningsAreErrors: false,
};

/**
 * Reads the value of a `# check=` directive, a `# check=` comment or the check option. Up to three `;`-separated
 * settings; names of unknown rules are accepted and mean nothing; a setting that is repeated counts with its last
 * value, except that `all` stays.
 */
export function parseCheckConfig(text: string): CheckConfigResult {
  const trimmed = text.trim();
  if (trimmed === "") return { kind: "config", config: defaultCheckConfig };
  let { skipAll, skipped, experimentalAll, experimental, warningsAreErrors } = defaultCheckConfig;
  for (const setting of splitAtMost(trimmed, ";", 3)) {
    const equals = setting.indexOf("=");
    if (equals < 0) return invalid(`"${setting}" is not a check setting: it has no "="`);
    const key = setting.slice(0, equals).trim();
    const value = setting.slice(equals + 1).trim();
    switch (key) {
      case "skip":
        if (value === "all") skipAll = true;
        else skipped = ruleNames(value);
        break;
      case "experimental":
        if (value === "all") experimentalAll = true;
        else experimental = ruleNames(value);
        break;
      case "error": {
        const flag = booleans.get(value);
        if (flag === undefined) return invalid(`"${value}" is neither true nor false`);
        warningsAreErrors = flag;
        break;
      }
      default:
        return invalid(`"${key}" is not a check setting`);
    }
  }
  return { kind: "config", config: { skipAll, skipped, experimentalAll, experimental, warningsAreErrors } };
}

/** The two together: what either skips or allows. Whether warnings are errors is `base`'s alone, as in BuildKit. */
export function mergeCheckConfig(base: CheckConfig, extra: CheckConfig): CheckConfig {
  return {
    skipAll: base.skipAll || extra.skipAll,
    skipped: extra.skipped.size === 0 ? base.skipped : new Set([...base.skipped, ...extra.skipped]),
    experimentalAll: base.experimentalAll || extra.experimentalAll,
    experimental:
      extra.experimental.size === 0 ? base.experimental : new Set([...base.experimental, ...extra.experimental]),
    warningsAreErrors: base.warningsAreErrors,
  };
}

/** The spellings of truth that Go's `strconv.ParseBool` takes; no others. */
const booleans = new Map([
  ...["1", "t", "T", "TRUE", "true", "True"].map((text) => [text, true] as const),
  ...["0", "f", "F", "FALSE", "false", "False"].map((text) => [text, false] as const),
]);

function ruleNames(value: string): ReadonlySet<string> {
  return new Set(value.split(",").map((name) => name.trim()));
}

/** At most `limit` pieces; the last one keeps the separators that remain. */
function splitAtMost(text: string, separator: string, limit: number): readonly string[] {
  const pieces = text.split(separator);
  if (pieces.length <= limit) return pieces;
  return [...pieces.slice(0, limit - 1), pieces.slice(limit - 1).join(separator)];
}

function invalid(problem: string): CheckConfigResult {
  return {
    kind: "invalid",
    problem: `${problem}; write skip=<rules>, experimental=<rules> or error=true, joined by ";"`,
  };
}

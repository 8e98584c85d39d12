import { suggest } from "../../suggest.ts";
import type { EnvGetter } from "../env-list.ts";
import type { Linter } from "./linter.ts";
import { lintRules } from "./rules.ts";

/** Build arguments that BuildKit reads itself and that never reach the environment, so no use of them is a mistake. */
const argumentsOutsideEnvironment: ReadonlySet<string> = new Set([
  "BUILDKIT_SBOM_SCAN_CONTEXT",
  "BUILDKIT_SBOM_SCAN_STAGE",
]);

/**
 * UndefinedVar: variables that an instruction uses, and that neither the environment nor an ARG of the stage knows.
 * `unmatched` are the names that the expansion did not find, `declared` the ARGs of the stage so far; `env` gives the
 * names to suggest. Reported in the order of `unmatched` (BuildKit's own
 * order is random).
 */
export function reportUndefinedVariables(
  linter: Linter,
  lines: readonly number[],
  unmatched: ReadonlySet<string>,
  declared: Iterable<{ readonly key: string }>,
  env: Pick<EnvGetter, "keys">,
): void {
  if (unmatched.size === 0) return;
  // The few names are looked for among the many arguments, not the other way round.
  const undeclared = new Set(unmatched);
  for (const { key } of declared) undeclared.delete(key);
  for (const name of undeclared) {
    if (argumentsOutsideEnvironment.has(name)) continue;
    linter.run(lintRules.UndefinedVar, lines, name, suggest(name, env.keys()) ?? "");
  }
}

/**
 * UndefinedArgInFrom: variables of a FROM line that no ARG before it declares. `declared` are the names of the global
 * ARGs, with or without a value, and of the predefined ones.
 */
export function reportUndeclaredFromArguments(
  linter: Linter,
  lines: readonly number[],
  unmatched: Iterable<string>,
  declared: ReadonlySet<string>,
): void {
  for (const name of unmatched) {
    if (declared.has(name)) continue;
    linter.run(lintRules.UndefinedArgInFrom, lines, name, suggest(name, [...declared]) ?? "");
  }
}

/** Whole names, or the first or last word of a name, that hint at a secret: API_KEY, TOKEN_OF_X, auth. */
const secretWord = word(["apikey", "auth", "credentials?", "key", "password", "pword", "passwd", "secret", "token"]);
/** Words that say that it is none: KEY_FILE, PUBLIC_KEY. */
const harmlessWord = word(["public", "file", "version"]);

/** SecretsUsedInArgOrEnv: variables of ARG and ENV whose names look like those of secrets. */
export function checkSecretKey(
  linter: Linter,
  lines: readonly number[],
  instruction: "ARG" | "ENV",
  key: string,
): void {
  if (secretWord.test(key) && !harmlessWord.test(key)) {
    linter.run(lintRules.SecretsUsedInArgOrEnv, lines, instruction, key);
  }
}

function word(words: readonly string[]): RegExp {
  return new RegExp(`(?:_|^)(?:${words.join("|")})(?:_|$)`, "iu");
}

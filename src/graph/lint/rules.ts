import { goQuote } from "../../go-quote.ts";

/**
 * A lint rule as BuildKit names it. `format` gives the text of one warning from the facts of the place, word for word
 * as BuildKit writes it, because users search for that text. Experimental rules are off unless a check option names
 * them; deprecated ones are never reported.
 */
export interface LintRule<Args extends readonly string[] = readonly string[]> {
  readonly name: string;
  readonly description: string;
  /** Where the rule is documented; absent where it is not. */
  readonly url?: string;
  readonly experimental: boolean;
  readonly deprecated: boolean;
  readonly format: (...args: Args) => string;
  /** The texts to point at in the instruction, the likeliest first. */
  readonly tokens: (...args: Args) => readonly string[];
  /** Of several places of a token the last one is meant. */
  readonly lastToken: boolean;
}

/** Every lint rule, by its name. */
export const lintRules = {
  StageNameCasing: rule({
    name: "StageNameCasing",
    page: "stage-name-casing",
    description: "Stage names should be lowercase",
    format: (stageName: string) => `Stage name '${stageName}' should be lowercase`,
    tokens: (stageName: string) => [stageName],
    lastToken: true,
  }),
  FromAsCasing: rule({
    name: "FromAsCasing",
    page: "from-as-casing",
    description: "The 'as' keyword should match the case of the 'from' keyword",
    format: (from: string, as: string) => `'${as}' and '${from}' keywords' casing do not match`,
    tokens: (_from: string, as: string) => [as],
    lastToken: true,
  }),
  NoEmptyContinuation: rule({
    name: "NoEmptyContinuation",
    page: "no-empty-continuation",
    description: "Empty continuation lines will become errors in a future release",
    format: () => "Empty continuation line",
  }),
  ConsistentInstructionCasing: rule({
    name: "ConsistentInstructionCasing",
    page: "consistent-instruction-casing",
    description: "All commands within the Dockerfile should use the same casing (either upper or lower)",
    format: (command: string, casing: string) =>
      `Command '${command}' should match the case of the command majority (${casing})`,
    tokens: (command: string) => [command],
  }),
  DuplicateStageName: rule({
    name: "DuplicateStageName",
    page: "duplicate-stage-name",
    description: "Stage names should be unique",
    format: (stageName: string) => `Duplicate stage name ${goQuote(stageName)}, stage names should be unique`,
    tokens: (stageName: string) => [stageName],
    lastToken: true,
  }),
  ReservedStageName: rule({
    name: "ReservedStageName",
    page: "reserved-stage-name",
    description: "Reserved words should not be used as stage names",
    format: (stageName: string) => `Stage name should not use the same name as reserved stage ${goQuote(stageName)}`,
    tokens: (stageName: string) => [stageName],
    lastToken: true,
  }),
  JSONArgsRecommended: rule({
    name: "JSONArgsRecommended",
    page: "json-args-recommended",
    description: "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals",
    format: (command: string) =>
      `JSON arguments recommended for ${command} to prevent unintended behavior related to OS signals`,
    tokens: (command: string) => [command],
  }),
  MaintainerDeprecated: rule({
    name: "MaintainerDeprecated",
    page: "maintainer-deprecated",
    description: "The MAINTAINER instruction is deprecated, use a label instead to define an image author",
    format: () => "Maintainer instruction is deprecated in favor of using label",
    tokens: () => ["MAINTAINER"],
  }),
  UndefinedArgInFrom: rule({
    name: "UndefinedArgInFrom",
    page: "undefined-arg-in-from",
    description: "FROM command must use declared ARGs",
    format: (argument: string, suggestion: string) =>
      `FROM argument '${argument}' is not declared${suggestion === "" ? "" : ` (did you mean ${suggestion}?)`}`,
    tokens: variableForms,
  }),
  WorkdirRelativePath: rule({
    name: "WorkdirRelativePath",
    page: "workdir-relative-path",
    description:
      "Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes",
    format: (path: string) => `Relative workdir ${goQuote(path)} can have unexpected results if the base image changes`,
    tokens: (path: string) => [path],
  }),
  UndefinedVar: rule({
    name: "UndefinedVar",
    page: "undefined-var",
    description: "Variables should be defined before their use",
    format: (variable: string, suggestion: string) =>
      `Usage of undefined variable '$${variable}'${suggestion === "" ? "" : ` (did you mean $${suggestion}?)`}`,
    tokens: variableForms,
  }),
  MultipleInstructionsDisallowed: rule({
    name: "MultipleInstructionsDisallowed",
    page: "multiple-instructions-disallowed",
    description: "Multiple instructions of the same type should not be used in the same stage",
    format: (command: string) =>
      `Multiple ${command} instructions should not be used in the same stage because only the last one will be used`,
    tokens: (command: string) => [command],
  }),
  LegacyKeyValueFormat: rule({
    name: "LegacyKeyValueFormat",
    page: "legacy-key-value-format",
    description: "Legacy key/value format with whitespace separator should not be used",
    format: (command: string) =>
      `"${command} key=value" should be used instead of legacy "${command} key value" format`,
    tokens: (command: string) => [command],
  }),
  InvalidBaseImagePlatform: rule({
    name: "InvalidBaseImagePlatform",
    description: "Base image platform does not match expected target platform",
    format: (image: string, expected: string, actual: string) =>
      `Base image ${image} was pulled with platform ${goQuote(actual)}, expected ${goQuote(expected)} for current build`,
    tokens: (image: string) => [image],
  }),
  RedundantTargetPlatform: rule({
    name: "RedundantTargetPlatform",
    page: "redundant-target-platform",
    description: "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior",
    format: (variable: string) =>
      `Setting platform to predefined ${variable} in FROM is redundant as this is the default behavior`,
    tokens: (variable: string) => [variable],
  }),
  SecretsUsedInArgOrEnv: rule({
    name: "SecretsUsedInArgOrEnv",
    page: "secrets-used-in-arg-or-env",
    description: "Sensitive data should not be used in the ARG or ENV commands",
    format: (command: string, key: string) =>
      `Do not use ARG or ENV instructions for sensitive data (${command} ${goQuote(key)})`,
    tokens: (_command: string, key: string) => [key],
  }),
  InvalidDefaultArgInFrom: rule({
    name: "InvalidDefaultArgInFrom",
    page: "invalid-default-arg-in-from",
    description: "Default value for global ARG results in an empty or invalid base image name",
    format: (baseName: string) => `Default value for ARG ${baseName} results in empty or invalid base image name`,
    tokens: (baseName: string) => [baseName],
  }),
  FromPlatformFlagConstDisallowed: rule({
    name: "FromPlatformFlagConstDisallowed",
    page: "from-platform-flag-const-disallowed",
    description: "FROM --platform flag should not use a constant value",
    format: (platform: string) => `FROM --platform flag should not use constant value ${goQuote(platform)}`,
    tokens: (platform: string) => [platform],
  }),
  CopyIgnoredFile: rule({
    name: "CopyIgnoredFile",
    page: "copy-ignored-file",
    description: "Attempting to Copy file that is excluded by .dockerignore",
    format: (command: string, path: string) =>
      `Attempting to ${command} file ${goQuote(path)} that is excluded by .dockerignore`,
    tokens: (_command: string, path: string) => [path],
  }),
  InvalidDefinitionDescription: rule({
    name: "InvalidDefinitionDescription",
    page: "invalid-definition-description",
    description:
      "Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not intended to be a description comment, add an empty line or comment between the instruction and the comment.",
    format: (command: string, name: string) =>
      `Comment for ${command} should follow the format: \`# ${name} <description>\``,
    experimental: true,
    tokens: (_command: string, name: string) => [name],
  }),
  ExposeProtoCasing: rule({
    name: "ExposeProtoCasing",
    page: "expose-proto-casing",
    description: "Protocol in EXPOSE instruction should be lowercase",
    format: (port: string) => `Defined protocol '${port}' in EXPOSE instruction should be lowercase`,
    tokens: (port: string) => [port],
  }),
  ExposeInvalidFormat: rule({
    name: "ExposeInvalidFormat",
    page: "expose-invalid-format",
    description:
      "IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release",
    format: (port: string) =>
      `EXPOSE instruction should not define an IP address or host-port mapping, found '${port}'`,
    tokens: (port: string) => [port],
  }),
};

/** A rule by the name that a diagnostic carries; undefined for errors, whose names are ours. */
export function lintRuleNamed(name: string): Pick<LintRule, "name" | "description" | "url"> | undefined {
  return rulesByName.get(name);
}

const rulesByName = new Map<string, Pick<LintRule, "name" | "description" | "url">>(
  Object.values(lintRules).map((rule) => [rule.name, rule]),
);

interface RuleFacts<Args extends readonly string[]> {
  readonly name: string;
  readonly description: string;
  readonly format: (...args: Args) => string;
  readonly tokens?: (...args: Args) => readonly string[];
  readonly lastToken?: boolean;
  readonly page?: string;
  readonly experimental?: boolean;
  readonly deprecated?: boolean;
}

function rule<Args extends readonly string[]>(facts: RuleFacts<Args>): LintRule<Args> {
  return {
    name: facts.name,
    description: facts.description,
    experimental: facts.experimental ?? false,
    deprecated: facts.deprecated ?? false,
    format: facts.format,
    tokens: facts.tokens ?? (() => []),
    lastToken: facts.lastToken ?? false,
    ...(facts.page === undefined ? {} : { url: `https://docs.docker.com/go/dockerfile/rule/${facts.page}/` }),
  };
}

function variableForms(name: string): readonly string[] {
  return [`$${name}`, `\${${name}`];
}

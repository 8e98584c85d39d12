import type { ExecOp, Op, SourceOp } from "../../llb/op.ts";
import { installOf } from "./package-tools.ts";
import { baseOf, commandsOf, type ShellCommand } from "./shell-commands.ts";

/**
 * What an op of its kind usually takes where nothing is cached, in milliseconds: a rule of thumb that puts steps in
 * proportion, for a worker that runs its platform itself.
 */
export function estimateOf(op: Op): number {
  switch (op.kind) {
    case "source":
      return sourceEstimate(op);
    case "exec":
      return execEstimate(op);
    case "file":
      return 200;
    case "merge":
    case "diff":
      return 50;
    case "build":
      return 10_000;
    case "passthrough":
    case "head":
      return 0;
  }
}

function sourceEstimate({ identifier }: SourceOp): number {
  if (identifier.startsWith("local://")) return 500;
  return identifier.startsWith("docker-image://") || identifier.startsWith("oci-layout://") ? 4000 : 5000;
}

const startOfContainer = 300;

function execEstimate(op: ExecOp): number {
  return commandsOf(op).reduce((sum, command) => sum + commandEstimate(command), startOfContainer);
}

/** What a command usually takes, in milliseconds. */
export function commandEstimate(command: ShellCommand): number {
  const install = installOf(command);
  if (install !== undefined) return install.estimate;
  switch (kindOf(command)) {
    case "build":
      return 40_000;
    case "fetch":
      return 5000;
    case "trivial":
      return 100;
    case "other":
      return 3000;
  }
}

export type CommandKind = "build" | "fetch" | "trivial" | "other";

/** Compiles or tests, downloads, does next to nothing, or does what is not known. */
export function kindOf({ words }: ShellCommand): CommandKind {
  const program = baseOf(words[0] ?? "");
  const line = [program, ...words.slice(1).filter((word) => !word.startsWith("-"))].slice(0, 3).join(" ");
  if (builds.some((pattern) => pattern.test(line))) return "build";
  if (fetches.test(line)) return "fetch";
  return trivial.has(program) ? "trivial" : "other";
}

const builds = [
  /^(?:make|cmake|ninja|meson|bazel|gcc|g\+\+|clang|clang\+\+|rustc|javac|tsc|webpack|vite|latexmk|xelatex)\b/,
  /^go (?:build|install|test|generate)\b/,
  /^cargo (?:build|install|test|chef|clippy|bench)\b/,
  /^(?:npm|pnpm|yarn|bun) (?:run|test|build|exec|\w+ build)\b/,
  /^(?:mvnw?|gradlew?|sbt|lein)\b/,
  /^dotnet (?:build|publish|test|pack)\b/,
  /^mix (?:compile|release|deps\.compile|assets\.deploy|test)\b/,
  /^(?:rails|rake) (?:assets:precompile|test)\b/,
  /^docker-php-ext-install\b|^pecl install\b|^dpkg-buildpackage\b/,
  /^python[\d.]* setup\.py\b/,
];

const fetches = /^(?:curl|wget|git clone|git fetch|svn|rsync)\b/;

const trivial = new Set(
  (
    "[ : . addgroup adduser awk basename break case cat cd chgrp chmod chown continue cp cut date dirname echo esac exit " +
    "export false find for groupadd grep gzip head id in install local ln ls mkdir mktemp mv printf pwd read return rm " +
    "rmdir sed set shift sort source tail tee test touch tr trap true truncate tar type uname unset unzip useradd " +
    "usermod wait which xargs"
  ).split(" "),
);

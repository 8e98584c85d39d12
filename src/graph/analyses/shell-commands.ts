import type { ExecOp } from "../../llb/op.ts";

/** A simple command of a script: its words without quotes, assignments before it and wrappers such as `sudo` left out. */
export interface ShellCommand {
  /** At least one. */
  readonly words: readonly string[];
  /** Whether it reads or writes something that its words do not tell: a pipe, a redirection, a substitution. */
  readonly isPlumbed: boolean;
}

/**
 * The commands that a RUN step runs, in the order in which they are written: those of its script where a shell is
 * given one, else the one that it is. It is a reading for estimates and advice, not a shell: branches count as run.
 */
export function commandsOf({ meta }: Pick<ExecOp, "meta">): readonly ShellCommand[] {
  const { args } = meta;
  const script = args.at(-1) ?? "";
  const isScript = args.length > 2 && shells.has(baseOf(args[0] ?? "")) && /^-[a-z]*c$/.test(args.at(-2) ?? "");
  return isScript ? shellCommands(script) : simple([...args], false);
}

const shells = new Set(["sh", "bash", "ash", "dash", "zsh"]);

/** Of a script longer than this, in UTF-16 units, only the beginning is read. */
const longestScript = 10_000;

export function shellCommands(script: string): readonly ShellCommand[] {
  const commands: ShellCommand[] = [];
  let words: string[] = [];
  let isPlumbed = false;
  let isTarget = false;
  const finish = (pipes: boolean) => {
    commands.push(...simple(words, isPlumbed || pipes));
    words = [];
    isPlumbed = pipes;
  };
  for (const token of tokensOf(script)) {
    switch (token.kind) {
      case "word":
        if (!isTarget) words.push(token.text);
        isTarget = false;
        if (token.isExpanded) isPlumbed = true;
        break;
      case "redirection":
        isPlumbed = true;
        isTarget = !token.isWhole;
        break;
      case "pipe":
        finish(true);
        break;
      case "end":
        finish(false);
        break;
    }
  }
  finish(false);
  return commands;
}

type Token =
  | { readonly kind: "word"; readonly text: string; readonly isExpanded: boolean }
  /** Whole where it names a descriptor: then no file follows. */
  | { readonly kind: "redirection"; readonly isWhole: boolean }
  | { readonly kind: "pipe" | "end" };

/** Escapes, quotes, comments, substitutions as parts of words; the bodies of heredocs are skipped. */
function* tokensOf(script: string): Generator<Token> {
  const pattern =
    /\\\n|[ \t\r]+|#[^\n]*|(?:\d?(?:>>?|<)&?\d?-?)|(&&|\|\||;;?|\n|&|[()])|(\|)|((?:\\[\s\S]|'[^']*'|"(?:\\[\s\S]|[^"\\])*"|\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`|\$\{[^}]*\}|[^\s;&|<>()'"\\`])+)|[\s\S]/gy;
  const text = withoutHeredocs(script.slice(0, longestScript));
  for (const [whole, end, pipe, word] of text.matchAll(pattern)) {
    if (end !== undefined) yield { kind: "end" };
    else if (pipe !== undefined) yield { kind: "pipe" };
    else if (word !== undefined) yield { kind: "word", text: unquoted(word), isExpanded: /\$\(|`/.test(word) };
    else if (/[<>]/.test(whole)) yield { kind: "redirection", isWhole: whole.includes("&") };
  }
}

function withoutHeredocs(script: string): string {
  if (!script.includes("<<")) return script;
  const kept: string[] = [];
  let until: string | undefined;
  for (const line of script.split("\n")) {
    if (until !== undefined) {
      if (line.trim() === until) until = undefined;
      continue;
    }
    kept.push(line);
    until = /<<-?\s*(["']?)(\w+)\1/.exec(line)?.[2];
  }
  return kept.join("\n");
}

function unquoted(word: string): string {
  return word
    .replace(/\\\n/g, "")
    .replace(/'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|\\([\s\S])/g, (_, single, double, escaped) => {
      return single ?? double ?? escaped ?? "";
    });
}

/** The command behind keywords, assignments and wrappers; none where nothing is left. */
function simple(words: readonly string[], isPlumbed: boolean): readonly ShellCommand[] {
  let at = 0;
  while (at < words.length) {
    const word = words[at] ?? "";
    if (keywords.has(word) || /^\w+=/.test(word)) at++;
    else if (wrappers.has(word)) {
      at++;
      while (/^-/.test(words[at] ?? "")) at++;
    } else break;
  }
  const rest = words.slice(at);
  return rest.length === 0 ? [] : [{ words: rest, isPlumbed }];
}

const keywords = new Set(["if", "then", "else", "elif", "fi", "do", "done", "while", "until", "!", "{", "}"]);
const wrappers = new Set(["sudo", "env", "time", "exec", "command", "nice", "eatmydata"]);

/** The name of a program without its folders. */
export function baseOf(program: string): string {
  return program.slice(program.lastIndexOf("/") + 1);
}

import type { SyntaxNode } from "../ast.ts";
import { readFlags } from "../flag-values.ts";
import { chompTabs, heredocOf } from "../heredoc.ts";
import type { AddInstruction, CopyInstruction, SourceContent, SourcesAndDest } from "../instruction.ts";
import { type Problem, problem } from "../problem.ts";
import { baseOf } from "./base.ts";

export function parseCopy(node: SyntaxNode): CopyInstruction | Problem {
  if (node.args.length < 2) return noDestination("COPY", node);
  const flags = readFlags(node.flags, copyFlags, "COPY");
  if ("kind" in flags) return flags;
  const paths = sourcesAndDest(node, "COPY");
  if ("kind" in paths) return paths;
  return {
    ...baseOf("copy", node),
    ...paths,
    from: flags.text("from"),
    chown: flags.text("chown"),
    chmod: flags.text("chmod"),
    link: flags.switch("link") === true,
    parents: flags.switch("parents") === true,
    excludePatterns: flags.list("exclude"),
  };
}

const copyFlags = { texts: ["chown", "from", "chmod"], switches: ["link", "parents"], lists: ["exclude"] };

export function parseAdd(node: SyntaxNode): AddInstruction | Problem {
  if (node.args.length < 2) return noDestination("ADD", node);
  const flags = readFlags(node.flags, addFlags, "ADD");
  if ("kind" in flags) return flags;
  const paths = sourcesAndDest(node, "ADD");
  if ("kind" in paths) return paths;
  return {
    ...baseOf("add", node),
    ...paths,
    chown: flags.text("chown"),
    chmod: flags.text("chmod"),
    link: flags.switch("link") === true,
    keepGitDir: flags.switch("keep-git-dir"),
    checksum: flags.text("checksum"),
    unpack: flags.switch("unpack"),
    excludePatterns: flags.list("exclude"),
  };
}

const addFlags = {
  texts: ["chown", "chmod", "checksum"],
  switches: ["link", "keep-git-dir", "unpack"],
  lists: ["exclude"],
};

function noDestination(keyword: string, { args }: SyntaxNode): Problem {
  const message =
    args.length === 0
      ? `${keyword} needs a source and a destination, such as ${keyword} src/ /app/`
      : `${keyword} ${args[0]} has no destination: the last argument is where to put it`;
  return problem("argument-count", message, args[0]);
}

/** Words that announce heredocs become contents; the last word is the destination and may not be one. */
function sourcesAndDest({ args, heredocs }: SyntaxNode, keyword: string): SourcesAndDest | Problem {
  const destPath = args[args.length - 1] ?? "";
  if (readableHeredoc(destPath) !== undefined) {
    return problem("heredoc-destination", `the destination of ${keyword} cannot be a heredoc`, destPath);
  }
  const sourcePaths: string[] = [];
  const sourceContents: SourceContent[] = [];
  for (let index = 0; index < args.length - 1; index++) {
    const source = args[index] ?? "";
    const heredoc = readableHeredoc(source);
    if (heredoc === undefined) {
      sourcePaths.push(source);
      continue;
    }
    const { name, chomp, expand } = heredoc;
    // Of two with the same name both take the last one's content.
    const content = heredocs.findLast((other) => other.name === name)?.content ?? "";
    sourceContents.push({ path: name, data: chomp ? chompTabs(content) : content, expand });
  }
  return { destPath, sourcePaths, sourceContents };
}

function readableHeredoc(word: string) {
  const heredoc = heredocOf(word);
  return heredoc === undefined || "kind" in heredoc ? undefined : heredoc;
}

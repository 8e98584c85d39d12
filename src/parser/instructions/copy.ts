import { trimSpace } from "../../trim-space.ts";
import type { SyntaxNode } from "../ast.ts";
import { readFlags } from "../flag-values.ts";
import { chompTabs, heredocOf } from "../heredoc.ts";
import type { AddInstruction, CopyInstruction, SourceContent, SourcesAndDest } from "../instruction.ts";
import { type Problem, problem } from "../problem.ts";
import { linesFrom } from "../source-lines.ts";

export function parseCopy(node: SyntaxNode): CopyInstruction | Problem {
  if (node.args.length < 2) return noDestination("COPY", node);
  const flags = readFlags(node.flags, copyFlags, "COPY");
  if ("kind" in flags) return flags;
  const paths = sourcesAndDest(node, "COPY");
  if ("kind" in paths) return paths;
  return {
    kind: "copy",
    name: node.value,
    lines: linesFrom(node.start, node.end),
    comments: node.comments,
    code: trimSpace(node.original),
    destPath: paths.destPath,
    sourcePaths: paths.sourcePaths,
    sourceContents: paths.sourceContents,
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
    kind: "add",
    name: node.value,
    lines: linesFrom(node.start, node.end),
    comments: node.comments,
    code: trimSpace(node.original),
    destPath: paths.destPath,
    sourcePaths: paths.sourcePaths,
    sourceContents: paths.sourceContents,
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
  const sources = args.slice(0, -1);
  if (heredocs.length === 0 && !sources.some((source) => readableHeredoc(source) !== undefined)) {
    return { destPath, sourcePaths: sources, sourceContents: noContents };
  }
  // Of two with the same name both take the last one's content.
  const contents = new Map(heredocs.map(({ name, content }) => [name, content]));
  const sourcePaths: string[] = [];
  const sourceContents: SourceContent[] = [];
  for (const source of sources) {
    const heredoc = readableHeredoc(source);
    if (heredoc === undefined) {
      sourcePaths.push(source);
      continue;
    }
    const { name, chomp, expand } = heredoc;
    const content = contents.get(name) ?? "";
    sourceContents.push({ path: name, data: chomp ? chompTabs(content) : content, expand });
  }
  return { destPath, sourcePaths, sourceContents };
}

const noContents: readonly SourceContent[] = [];

function readableHeredoc(word: string) {
  const heredoc = heredocOf(word);
  return heredoc === undefined || "kind" in heredoc ? undefined : heredoc;
}

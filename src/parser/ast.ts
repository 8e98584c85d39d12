/** A heredoc with its raw content. */
export interface Heredoc {
  /** The delimiter, quotes removed. */
  readonly name: string;
  readonly fileDescriptor: number;
  /** Whether variables in it may be expanded: no part of the delimiter was quoted. */
  readonly expand: boolean;
  /** Written with `<<-`: leading tabs are removed when the content is used. */
  readonly chomp: boolean;
  readonly content: string;
}

/**
 * One instruction as the line rules see it, before its keyword is understood: BuildKit's AST node, its chain of
 * arguments as a list.
 */
export interface SyntaxNode {
  /** The keyword as written. */
  readonly value: string;
  /** The keyword in lower case. */
  readonly keyword: string;
  /** The joined line, without leading white space. */
  readonly original: string;
  /** The first line, from 1; 0 in a trigger. */
  readonly start: number;
  /** The last line, heredocs included. */
  readonly end: number;
  readonly flags: readonly string[];
  /** The arguments, cut as the keyword's rule says: ENV and LABEL as (key, value, delimiter) triples. */
  readonly args: readonly string[];
  /** The arguments were a JSON list. */
  readonly json: boolean;
  readonly heredocs: readonly Heredoc[];
  readonly comments: readonly string[];
  /** The instruction after ONBUILD; `args` is then empty. */
  readonly trigger: SyntaxNode | undefined;
}

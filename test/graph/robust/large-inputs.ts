function repeat(count: number, part: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => part(index)).join("");
}

/** A kind of Dockerfile that grows with `n`, with what becomes of it: the ops of its definition, or the rule that it breaks. */
export interface LargeInput {
  readonly about: string;
  /** The `n` that the compiler is made for. */
  readonly usual: number;
  source(n: number): string;
  outcome(n: number): number | string;
}

export const largeInputs: readonly LargeInput[] = [
  input(
    "instructions",
    10_000,
    (n) => `FROM alpine\n${repeat(n / 2, (i) => `RUN echo ${i}\nLABEL l${i}=${i}\n`)}`,
    (n) => n / 2 + 2,
  ),
  input(
    "stages in a row",
    2_000,
    (n) => `FROM alpine AS s0\n${repeat(n, (i) => `FROM s${i} AS s${i + 1}\nLABEL l${i}=x\nRUN ${i}\n`)}`,
    (n) => n + 2,
  ),
  // Each has the variables of all before it: without a RUN nothing says so again and again.
  input(
    "stages in a row with variables",
    2_000,
    (n) => `FROM alpine AS s0\n${repeat(n, (i) => `FROM s${i} AS s${i + 1}\nENV E${i}=x\n`)}`,
    () => 2,
  ),
  input(
    "stages that each read the one before",
    2_000,
    (n) => `FROM alpine AS s0\n${repeat(n, (i) => `FROM alpine AS s${i + 1}\nCOPY --from=s${i} / /\n`)}`,
    (n) => n + 2,
  ),
  input(
    "stages that one reads",
    2_000,
    (n) =>
      `${repeat(n, (i) => `FROM alpine AS s${i}\nRUN ${i}\n`)}FROM scratch\n${repeat(n, (i) => `COPY --from=s${i} / /${i}\n`)}`,
    (n) => 2 * n + 2,
  ),
  input(
    "copies between stages that each read all before them",
    4_900,
    (n) => {
      const stages = Math.round(Math.sqrt(2 * n));
      return repeat(stages, (i) => `FROM alpine AS s${i}\n${repeat(i, (j) => `COPY --from=s${j} / /${i}\n`)}`);
    },
    (n) => {
      const stages = Math.round(Math.sqrt(2 * n));
      return (stages * (stages - 1)) / 2 + 2;
    },
  ),
  input(
    "triggers of one stage",
    4_000,
    (n) => `FROM alpine AS b\n${repeat(n, (i) => `ONBUILD RUN ${i}\n`)}FROM b\n`,
    (n) => n + 2,
  ),
  input(
    "triggers through as many stages",
    2_000,
    (n) => `FROM alpine AS s0\n${repeat(n, (i) => `ONBUILD COPY --from=busybox /${i} /\nFROM s${i} AS s${i + 1}\n`)}`,
    (n) => n + 3,
  ),
  input(
    "triggers in triggers",
    4_000,
    (n) => `FROM scratch\n${"ONBUILD ".repeat(n)}RUN x`,
    () => "trigger-forbidden",
  ),
  input(
    "variables, labels and arguments",
    10_000,
    (n) => {
      const many = repeat(n, (i) => `\\\n A${i}=${i}`);
      return `FROM alpine\nENV ${many}\nLABEL ${many}\nARG ${many}\nRUN x`;
    },
    () => 3,
  ),
  input(
    "arguments that take the one before",
    10_000,
    (n) => `ARG A0=x\n${repeat(n, (i) => `ARG A${i + 1}=$A${i}\n`)}FROM alpine`,
    () => 2,
  ),
  input(
    "undefined variables beside names that are near",
    5_000,
    (n) => `FROM alpine\nENV ${repeat(n, (i) => `\\\n NAME${i}=1`)}\n${repeat(n, (i) => `COPY $NAM${i}E /\n`)}`,
    (n) => n + 3,
  ),
  input(
    "undefined variables of one instruction",
    2_000,
    (n) => `FROM alpine\nLABEL ${repeat(n, (i) => `\\\n a${i}=$U${i}`)}`,
    () => 2,
  ),
  input(
    "heredocs of one instruction",
    2_000,
    (n) => `FROM alpine\nCOPY${repeat(n, (i) => ` <<E${i}`)} /d/\n${repeat(n, (i) => `$A\nE${i}\n`)}`,
    (n) => n + 3,
  ),
  input(
    "lines of a heredoc",
    200_000,
    (n) => `FROM alpine\nRUN <<E\n${"line\n".repeat(n)}E\n`,
    () => 3,
  ),
  input(
    "continuations",
    200_000,
    (n) => `FROM alpine\nRUN x${"\\\n".repeat(n)}y`,
    () => 3,
  ),
  input(
    "comments among continuations",
    200_000,
    (n) => `FROM alpine\nRUN x${"\\\n# c\n".repeat(n)}y`,
    () => 3,
  ),
  input(
    "references in references",
    40_000,
    (n) =>
      `FROM scratch\nENV A=${`${"${a:-".repeat(1_000)}\\\n`.repeat(n / 1_000)}x${`${"}".repeat(1_000)}\\\n`.repeat(n / 1_000)}`,
    () => 0,
  ),
  input(
    "mounts",
    1_500,
    (n) => `FROM alpine\nRUN ${repeat(n, (i) => `--mount=type=cache,target=/c${i} \\\n`)} x`,
    () => 3,
  ),
  input(
    "downloads",
    2_000,
    (n) => `FROM alpine\n${repeat(n, (i) => `ADD http://h/${i} /\n`)}`,
    (n) => 2 * n + 2,
  ),
  input(
    "unknown instructions",
    10_000,
    (n) => `FROM alpine\n${repeat(n, (i) => `RUNX ${i}\n`)}`,
    () => "unknown-instruction",
  ),
  input(
    "keywords in two cases",
    10_000,
    (n) => `FROM scratch\n${repeat(n / 2, (i) => `USER ${i}\nuser ${i}\n`)}`,
    () => 0,
  ),
  input(
    "bytes that are no text",
    1_000_000,
    (n) => `FROM alpine\n${`# ${"\udc80".repeat(998)}\n`.repeat(n / 1_000)}RUN x`,
    () => 3,
  ),
  input(
    "characters in one line",
    1_000_000,
    (n) => `FROM alpine\nRUN ${"x".repeat(Math.max(n, 70_000))}`,
    () => "line-too-long",
  ),
];

function input(
  about: string,
  usual: number,
  source: (n: number) => string,
  outcome: (n: number) => number | string,
): LargeInput {
  return { about, usual, source, outcome };
}

import fc from "fast-check";

/** Names and values as users write them, and those that trip programs up: keys of objects, numbers, halves of pairs. */
export const oddText = fc.oneof(
  fc.constantFrom("a", "b", "app", "X", "VERSION", "1.2", "", "x y", "é", "\u{1f600}", "$X", "${X:-d}"),
  fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty", "0", "10", "-1", "4294967295"),
  fc.constantFrom("\0", "a\0b", "\ud800", "x\udc80y", "\udcff", "\ufeff", "\ufffd", "\u2028", "\x1b[31m", "\u00a0"),
  fc.string({ unit: "binary", maxLength: 8 }),
);

const name = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom("a", "b", "c", "base", "Build", "X", "Y", "TARGETPLATFORM", "SOURCE_DATE_EPOCH"),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("__proto__", "constructor", "toString", "0", "1", "10", "scratch", "context"),
  },
);
const variable = fc
  .tuple(name, fc.constantFrom("", "", ":-", "-", ":+", "+", "?", ":?", "#", "##", "%", "%%", "/", "//", "^"))
  .chain(([key, operator]) =>
    operator === ""
      ? fc.constantFrom(`$${key}`, `\${${key}}`)
      : fc.constantFrom("", "x", "*", "a?", "$X", "/y", "\\}", "${Y:-z}").map((word) => `\${${key}${operator}${word}}`),
  );
const plain = fc.constantFrom(
  "a",
  "b/c",
  "/d",
  ".",
  "..",
  "*.go",
  "é",
  "x\\ y",
  "'q r'",
  '"s t"',
  "a=b",
  "\\",
  "`",
  "#",
);
const word = fc.oneof(
  { weight: 4, arbitrary: plain },
  { weight: 2, arbitrary: variable },
  { weight: 1, arbitrary: fc.tuple(plain, variable, plain).map((parts) => parts.join("")) },
  { weight: 1, arbitrary: oddText },
);
const words = fc.array(word, { maxLength: 4 }).map((parts) => parts.join(" "));
const json = fc.array(word, { maxLength: 3 }).map((parts) => JSON.stringify(parts));
const command = fc.oneof(words, words, json);

const image = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom("scratch", "alpine", "alpine:3", "triggers", `ghcr.io/o/i@sha256:${"0".repeat(64)}`),
  },
  { weight: 3, arbitrary: name },
  { weight: 1, arbitrary: variable },
  { weight: 1, arbitrary: word },
);
const platform = fc.constantFrom(
  "linux/amd64",
  "linux/arm64/v8",
  "windows/amd64",
  "$BUILDPLATFORM",
  "$TARGETPLATFORM",
  "x/y/z/w",
  "$X",
);
const maybe = (text: fc.Arbitrary<string>) => fc.oneof({ weight: 2, arbitrary: fc.constant("") }, text);

const from = fc
  .tuple(maybe(platform.map((value) => `--platform=${value} `)), image, maybe(name.map((value) => ` AS ${value}`)))
  .map(([flag, base, as]) => `FROM ${flag}${base}${as}`);

const mountField = fc.oneof(
  fc.constantFrom("type=cache", "type=bind", "type=secret", "type=ssh", "type=tmpfs", "readonly", "rw", "required"),
  fc
    .tuple(fc.constantFrom("target", "source", "id", "from", "mode", "uid", "sharing", "size", "env", "tpe"), word)
    .map((pair) => pair.join("=")),
);
const runFlag = fc.oneof(
  fc.array(mountField, { minLength: 1, maxLength: 4 }).map((fields) => `--mount=${fields.join(",")}`),
  fc.constantFrom("--network=none", "--network=host", "--security=insecure", "--network=x", "--device=a"),
);
const copyFlag = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("--from=", "--from=", "--chown=", "--chmod=", "--exclude=", "--checksum=", "--unpack="),
      fc.oneof(name, word),
    )
    .map((pair) => pair.join("")),
  fc.constantFrom("--link", "--parents", "--link=false", "--keep-git-dir=true", "--lnk"),
);
const flags = (flag: fc.Arbitrary<string>) =>
  fc.array(flag, { maxLength: 2 }).map((given) => given.map((one) => `${one} `).join(""));
const source = fc.oneof(
  word,
  fc.constantFrom(
    "https://h/x.tgz",
    "https://github.com/o/r.git#main:sub",
    "git@h:o/r.git",
    "http://[",
    "https://h/%zz",
  ),
);
const pairs = fc
  .array(fc.tuple(fc.oneof(name, word), word), { minLength: 1, maxLength: 3 })
  .map((all) => all.map((pair) => pair.join("=")).join(" "));
const heredoc = fc
  .tuple(
    fc.constantFrom("<<E", "<<-E", "<<'E'", '<<"E"', "3<<E"),
    fc.array(word, { maxLength: 3 }),
    fc.constantFrom("E", "\tE", "F"),
  )
  .map(([open, body, close]) => ({ open, rest: [...body, close].join("\n") }));

const instruction: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(flags(runFlag), command).map(([given, rest]) => `RUN ${given}${rest}`),
  fc
    .tuple(
      fc.constantFrom("COPY", "ADD"),
      flags(copyFlag),
      fc.oneof(
        fc.tuple(source, source).map((both) => both.join(" ")),
        json,
      ),
    )
    .map(([kind, given, rest]) => `${kind} ${given}${rest}`),
  fc
    .tuple(fc.constantFrom("RUN", "COPY", "ADD", "ONBUILD RUN"), heredoc, maybe(word))
    .map(([kind, { open, rest }, more]) => `${kind} ${open} ${more}\n${rest}`),
  fc.tuple(fc.constantFrom("ENV", "LABEL", "ARG"), fc.oneof(pairs, words)).map((pair) => pair.join(" ")),
  fc.tuple(fc.constantFrom("CMD", "ENTRYPOINT", "SHELL", "VOLUME", "RUN"), command).map((pair) => pair.join(" ")),
  fc
    .tuple(fc.constantFrom("WORKDIR", "USER", "STOPSIGNAL", "MAINTAINER", "EXPOSE", "run", "Copy", "RUNN"), words)
    .map((pair) => pair.join(" ")),
  fc.constantFrom(
    "EXPOSE 80 443/udp 1-3",
    "HEALTHCHECK NONE",
    "HEALTHCHECK --interval=1s --retries=3 CMD x",
    "EXPOSE 1:2/TCP",
  ),
  fc.constantFrom(
    "# comment",
    "# check=skip=all",
    "# check=experimental=all",
    "#",
    "",
    "  ",
    "FROM a \\",
    "RUN x \\\n\n# c\n y",
  ),
);
const line = fc.oneof(
  { weight: 2, arbitrary: from },
  { weight: 8, arbitrary: instruction },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("ONBUILD ", "ONBUILD ONBUILD ", "onbuild "), instruction)
      .map((pair) => pair.join("")),
  },
);
const directive = fc.constantFrom(
  "# escape=`",
  "# escape=\\",
  "# syntax=docker/dockerfile:1",
  "# check=error=true",
  "# check=skip=x",
  "ARG X=alpine",
  "ARG X",
  "ARG Y=$X",
);

/** A Dockerfile by the grammar: most are refused for something, and about every third compiles. */
export const grammarDockerfile: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(fc.array(directive, { maxLength: 2 }), from, fc.array(line, { maxLength: 8 }))
    .map(([head, first, rest]) => [...head, first, ...rest].join("\n")),
  // One instruction goes wrong less often than eight.
  fc.tuple(from, line).map((lines) => lines.join("\n")),
);

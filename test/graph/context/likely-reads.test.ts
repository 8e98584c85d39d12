import { expect, it } from "vitest";
import { likelyReads } from "../../../src/graph/context/likely-reads.ts";

it.each([
  ["FROM a\nRUN make\n", []],
  ["FROM a\nCOPY . .\n", "all"],
  ["FROM a\ncopy src/a.txt ./lib/ /app/\nADD /x y\n", ["src/a.txt", "lib", "x"]],
  ["FROM a\nCOPY --chown=1:1 --from=b / /\nCOPY --link src /\n", ["src"]],
  ["FROM a\nCOPY \\\n  one \\\n  two \\\n  /\n", ["one", "two"]],
  ['FROM a\nCOPY ["with space", "/"]\n', ["with space"]],
  ["FROM a\nCOPY [broken /\n", "all"],
  ["FROM a\nCOPY $DIR/x /\n", "all"],
  ["FROM a\nADD https://example.com/x git@example.com:a.git /\n", []],
  ["FROM a\nCOPY <<EOF /x\n/x\nEOF\n", []],
  ["FROM a\nONBUILD COPY lib /\n", ["lib"]],
  ["FROM a\nCOPY *.go ../up /\n", ["*.go", "up"]],
  ["FROM a\nRUN --mount=type=bind,source=src,target=/s --mount=type=cache,target=/c make\n", ["src"]],
  ["FROM a\nRUN --mount=target=. make\n", "all"],
  ["FROM a\nRUN --mount=type=bind,from=b,target=/b make\n", []],
] as const)("%j reads %j", (dockerfile, reads) => expect(likelyReads(dockerfile)).toEqual(reads));

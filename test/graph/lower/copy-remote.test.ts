import { describe, expect, test } from "vitest";
import { parseGitRef } from "../../../src/graph/git-ref.ts";
import { InvalidDockerfile } from "../../../src/graph/invalid-dockerfile.ts";
import { checkChecksum, checkDigest } from "../../../src/graph/lower/copy-checksum.ts";
import { copyDownload, RepositoryReader } from "../../../src/graph/lower/copy-remote.ts";
import type { SourceVertex } from "../../../src/llb/vertex.ts";
import type { AddInstruction } from "../../../src/parser/instruction.ts";
import { add } from "./stage.ts";

const common = { kind: "copy", dest: "/to/", owner: undefined, mode: undefined, createDestPath: true } as const;
const commit = "0123456789abcdef0123456789abcdef01234567";

function sourceOf(action: ReturnType<typeof copyDownload>): SourceVertex {
  if (action.source === undefined || !("vertex" in action.source)) throw new Error("no source");
  const { vertex } = action.source;
  if (vertex.kind !== "source") throw new Error(`a ${vertex.kind} vertex`);
  return vertex;
}

describe("a download", () => {
  test.each([
    ["https://h/pub/tool-1.2.tar.gz", "tool-1.2.tar.gz"],
    ["https://h/pub/a%20b?v=1#x", "a b"],
    ["https://h/pub/", "pub"],
    ["https://h/", "__unnamed__"],
    ["https://h", "__unnamed__"],
    ["https://h?x", "__unnamed__"],
    ["https://h/%zz", "__unnamed__"],
    ["https://h/..", ".."],
  ])("%s is called %s", (address, filename) => {
    const action = copyDownload(common, address, "name", "", false);
    expect(action.src).toBe(filename);
    expect(sourceOf(action)).toMatchObject({ identifier: address, attrs: new Map([["http.filename", filename]]) });
  });

  test("is checked against a digest", () => {
    const digest = `sha256:${"0a".repeat(32)}`;
    const source = sourceOf(copyDownload(common, "https://h/x", "name", digest, true));
    expect(source.attrs?.get("http.checksum")).toBe(digest);
    expect([...(source.metadata?.caps ?? [])]).toEqual(["source.http", "source.http.checksum"]);
  });

  test.each([
    commit,
    "sha256:abc",
    "sha256:",
    `sha256:${"0A".repeat(32)}`,
    `md5:${"0a".repeat(16)}`,
    ":x",
    "sha1",
    `sha256:${"0a".repeat(32)}\n`,
  ])("is not checked against %j", (text) => {
    expect(() => checkDigest(text)).toThrow(InvalidDockerfile);
  });
});

describe("repositories of one instruction", () => {
  function read(instruction: AddInstruction, ...addresses: readonly string[]): readonly SourceVertex[] {
    const reader = new RepositoryReader(instruction);
    return addresses.map((address) => {
      const parsed = parseGitRef(address);
      if (parsed.kind !== "git") throw new Error(address);
      return sourceOf(reader.copy(common, parsed.ref, "name"));
    });
  }

  test("what one address says of checksum and .git holds for the next", () => {
    const [first, second] = read(add({}), `https://h/a.git?checksum=${commit}&keep-git-dir=true`, "https://h/b.git");
    expect(first?.attrs?.get("git.checksum")).toBe(commit);
    expect(second?.attrs?.get("git.checksum")).toBe(commit);
    expect(second?.attrs?.get("git.keepgitdir")).toBe("true");
  });

  test("flags and addresses must agree", () => {
    expect(() => read(add({ keepGitDir: false }), "https://h/a.git?keep-git-dir=true")).toThrow(/keep-git-dir/);
    expect(() => read(add({ checksum: "abc" }), `https://h/a.git?commit=${commit}`)).toThrow(/two checksums/);
    expect(() =>
      read(add({ keepGitDir: true, checksum: commit }), `https://h/a.git?keep-git-dir&commit=${commit}`),
    ).not.toThrow();
  });

  test("the policy for times is read and dropped, submodules are not", () => {
    const [source] = read(add({}), "https://h/a.git?mtime=commit&submodules=false");
    expect(source?.attrs?.has("git.mtime")).toBe(false);
    expect(source?.attrs?.get("git.skipsubmodules")).toBe("true");
  });
});

describe("--checksum", () => {
  test.each([{ sourcePaths: ["https://h/x"] }, { sourcePaths: ["https://h/x.git"] }, { sourcePaths: ["git@h:x"] }])(
    "goes with $sourcePaths",
    (parts) => {
      expect(() => checkChecksum(add({ ...parts, checksum: "x" }))).not.toThrow();
    },
  );

  test.each([{ sourcePaths: ["x"] }, { sourcePaths: ["https://h/x", "https://h/y"] }, { sourcePaths: [] }])(
    "does not go with $sourcePaths",
    (parts) => {
      expect(() => checkChecksum(add({ ...parts, checksum: "x" }))).toThrow(InvalidDockerfile);
      expect(() => checkChecksum(add(parts))).not.toThrow();
    },
  );
});

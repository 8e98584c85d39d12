import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BuildRecord } from "../../../src/graph/history/build-record.ts";
import { UnreadableRecord } from "../../../src/graph/history/json-reader.ts";
import {
  KnownFiles,
  ManifestLines,
  manifestLine,
  manifestsText,
  parseManifests,
} from "../../../src/graph/history/manifest-json.ts";
import { parseRecord, parseSummary, recordText } from "../../../src/graph/history/record-json.ts";
import { redacter } from "../../../src/graph/history/redact.ts";
import { recordOf } from "./records.ts";

const dockerfile = `FROM alpine
ARG TOKEN
ENV MODE=fast
COPY --chown=1:2 src/*.txt /src/
RUN --mount=type=bind,source=src,target=/m --mount=type=secret,id=key build --token $TOKEN
COPY $TOKEN /token
`;
const secret = "s3cr3t-value";

describe("a record as text", () => {
  it("comes back as it was", async () => {
    const record = await recordOf({
      dockerfile,
      buildArgs: { TOKEN: secret },
      files: { "src/a.txt": "a", [secret]: "" },
    });
    const { manifests, ...steps } = record;
    const manifestNames = new Map([...manifests.keys()].map((digest, index) => [digest, `manifest${index}`]));
    const text = recordText({ steps, manifestNames });
    expect(parseRecord(text)).toEqual({
      steps: JSON.parse(JSON.stringify(steps), reviveMaps(record)),
      manifestNames,
    });
    expect(manifests.size).toBe(1);
    expect(parseManifests(manifestsText(manifests))).toEqual(manifests);
    expect(parseSummary(text.split("\n")[0] ?? "")).toMatchObject({ ref: "ref", outcome: "completed" });
  });

  it("holds no value of a build argument, of a variable, and no content", async () => {
    const files = { "src/a.txt": "content of a" };
    const record = await recordOf({
      dockerfile: `${dockerfile}ENV PLAIN=plain-value\nRUN other\n`,
      buildArgs: { TOKEN: secret },
      files,
    });
    const text = textOf(record);
    for (const value of [secret, "plain-value", "content of a"]) expect(text).not.toContain(value);
    expect(text).toContain("COPY $TOKEN /token");
  });

  it("is refused where it is cut off, changed or something else", async () => {
    const { manifests: _, ...steps } = await recordOf({ dockerfile });
    const text = recordText({ steps, manifestNames: new Map() });
    fc.assert(
      fc.property(fc.nat(text.length - 1), (length) => {
        expect(() => parseRecord(text.slice(0, length))).toThrow(UnreadableRecord);
      }),
      { numRuns: 50 },
    );
    for (const wrong of [
      "",
      "{}\n{}\n",
      text.replace('"version":3', '"version":2'),
      text.replace('"completed"', "3"),
    ]) {
      expect(() => parseRecord(wrong)).toThrow(UnreadableRecord);
    }
  });
});

describe("manifests as text", () => {
  const file = {
    kind: "file",
    permissions: 0o644,
    size: 1,
    target: "",
    digest: "sha256:d",
    content: "c",
    stamp: "s",
  } as const;
  const paths = ["", "a", "back\\", "new\nline", 'quo","te', 'quo",te'];
  const files = paths.map((path, index) => ({ ...file, path, digest: `sha256:${index}` }));
  const manifests = new Map([
    ["one", { files }],
    ["none", { files: [] }],
    ["two", { files: files.map((each) => ({ ...each, digest: "other" })) }],
  ]);
  const text = manifestsText(manifests);

  it("come back, and are refused where they are cut off", () => {
    expect(parseManifests(text)).toEqual(manifests);
    const one = manifestsText(new Map([["one", { files }]]));
    for (let length = 0; length < one.length; length++) {
      expect(() => parseManifests(one.slice(0, length))).toThrow(UnreadableRecord);
    }
  });

  it("give what is known of a file that a walk sees again, and of no other", () => {
    for (const { digest, content, ...seen } of files) {
      expect(new KnownFiles(text, "one").find(seen)).toBe(manifestLine({ ...seen, digest, content }));
      for (const other of [{ stamp: "t" }, { size: 2 }, { permissions: 0o600 }, { target: "t" }, { path: "b" }]) {
        expect(new KnownFiles(text, "one").find({ ...seen, ...other })).toBeUndefined();
      }
      expect(new KnownFiles(text, "none").find(seen)).toBeUndefined();
    }
  });

  it("give a later walk all that is the same, whatever came, went or changed before it", () => {
    const paths = ["a", "a/b", "a/b/c", "a/b-c", "a-b", "b", 'b"c', "\xff", "\xff/d"];
    const manifest = { files: paths.map((path) => ({ ...file, path, digest: `sha256:${path}` })) };
    const some = fc.subarray(paths, { minLength: 0 });
    fc.assert(
      fc.property(some, some, some, (before, now, changed) => {
        const isIn = (list: readonly string[]) => manifest.files.filter(({ path }) => list.includes(path));
        const known = new KnownFiles(manifestsText(new Map([["one", { files: isIn(before) }]])), "one");
        const found = isIn(now).map((seen) => known.find(changed.includes(seen.path) ? { ...seen, stamp: "t" } : seen));
        const isSame = (path: string) => before.includes(path) && !changed.includes(path);
        expect(found).toEqual(isIn(now).map((each) => (isSame(each.path) ? manifestLine(each) : undefined)));
      }),
    );
  });

  it("give of a folder what it was when it was first seen, whatever its permissions and times are now", () => {
    const folder = { ...file, path: "a", kind: "directory" as const };
    const kept = manifestsText(new Map([["one", { files: [folder, { ...file, path: "b" }] }]]));
    const now = { ...folder, permissions: 0o700, stamp: "t" };
    expect(new KnownFiles(kept, "one").find(now)).toBe(manifestLine(now));
    for (const path of ["b", "c"]) expect(new KnownFiles(kept, "one").find({ ...folder, path })).toBeUndefined();
  });

  it("are the same as the lines that they are kept in", () => {
    const lines = new ManifestLines(files.map(manifestLine));
    expect(manifestsText(new Map([["one", lines]]))).toBe(manifestsText(new Map([["one", { files }]])));
    expect(lines.files).toEqual(files);
  });
});

describe("redacter", () => {
  const redact = redacter({ TOKEN: "abcdef", LONG: "abcdefgh", N: "1", EMPTY: "" });
  it.each([
    ["RUN login abcdef", "RUN login $TOKEN"],
    ["RUN login abcdefgh", "RUN login $LONG"],
    ["RUN make -j1", "RUN make -j1"],
    ["ADD https://user:pass@example.com/a?token=x#f /a", "ADD https://example.com/a#f /a"],
    ["ADD git@example.com:a/b.git /a", "ADD git@example.com:a/b.git /a"],
  ])("%s", (text, cleared) => expect(redact(text)).toBe(cleared));
});

/** All that is kept of it. */
function textOf({ manifests, ...steps }: BuildRecord): string {
  return recordText({ steps, manifestNames: new Map() }) + manifestsText(manifests);
}

/** JSON leaves maps and absent fields out: what is compared is data. */
function reviveMaps({ buildArgs }: { buildArgs: unknown }) {
  return (key: string, value: unknown) => (key === "buildArgs" ? buildArgs : value);
}

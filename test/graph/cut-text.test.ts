import { expect, it } from "vitest";
import { cutLines, cutText, wrapLines } from "../../src/graph/cut-text.ts";
import { withoutMounts } from "../../src/graph/render/without-mounts.ts";

it("cuts by characters, and says so", () => {
  expect(cutText("RUN make", 8)).toBe("RUN make");
  expect(cutText("RUN make", 6)).toBe("RUN m…");
  expect(cutText("🦀🦀🦀🦀", 3)).toBe("🦀🦀…");
  expect(cutLines("a long line\nshort\n", 6)).toBe("a lon…\nshort\n");
  expect(cutLines("a long line\n", undefined)).toBe("a long line\n");
});

it("wraps words, and no word", () => {
  expect(wrapLines("one two three\nfour\n", 8)).toBe("one two\n  three\nfour\n");
  expect(wrapLines("    one two three", 12, "      ")).toBe("    one two\n      three");
  expect(wrapLines("one two", undefined)).toBe("one two");
  expect(wrapLines("one extraordinary-word two", 8)).toBe("one\n  extraordinary-word\n  two");
});

it.each([
  ["[a 1/2] RUN --mount=type=cache,target=/c --mount=type=secret,id=x make", "[a 1/2] RUN make"],
  ["RUN --network=none --mount=type=cache,target=/c make --mount=kept", "RUN --network=none make --mount=kept"],
  ["COPY --from=a --link /x /y", "COPY --from=a --link /x /y"],
])("leaves the mounts of %s out", (title, short) => expect(withoutMounts(title)).toBe(short));

import fc from "fast-check";
import type { ConformanceCase } from "../../conformance/load.ts";

type Edit =
  | { readonly kind: "flip" | "insert"; readonly at: number; readonly byte: number }
  | { readonly kind: "cut" | "double" | "join" | "drop" | "swap"; readonly at: number; readonly to: number };

const place = fc.nat({ max: 1 << 20 });
/** Bytes that mean something, and any byte. */
const byte = fc.oneof(
  fc.constantFrom(...Buffer.from("\0\t\n\r \"#$%'*,-/:<=?[\\]`{}\x80\xff", "latin1")),
  fc.nat({ max: 255 }),
);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constantFrom("flip" as const, "insert" as const), at: place, byte }),
  fc.record({
    kind: fc.constantFrom("cut" as const, "double" as const, "join" as const, "drop" as const, "swap" as const),
    at: place,
    to: place,
  }),
);

/** A case of the set with a few edits to its Dockerfile: bytes changed or put in, lines cut, doubled, joined, dropped, swapped. */
export function mutated<T>(cases: readonly ConformanceCase<T>[]): fc.Arbitrary<ConformanceCase<T>> {
  return fc
    .tuple(fc.nat({ max: cases.length - 1 }), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([index, edits]) => {
      const chosen = cases[index];
      if (chosen === undefined) throw new Error("there are no cases");
      return { ...chosen, dockerfile: edits.reduce(apply, chosen.dockerfile) };
    });
}

function apply(text: Uint8Array, change: Edit): Uint8Array {
  const bytes = Buffer.from(text);
  switch (change.kind) {
    case "flip":
      if (bytes.length > 0) bytes[change.at % bytes.length] = change.byte;
      return bytes;
    case "insert": {
      const at = change.at % (bytes.length + 1);
      return Buffer.concat([bytes.subarray(0, at), Buffer.of(change.byte), bytes.subarray(at)]);
    }
    default:
      return Buffer.from(editLines(bytes.toString("latin1").split("\n"), change).join("\n"), "latin1");
  }
}

function editLines(lines: readonly string[], change: Extract<Edit, { readonly to: number }>): readonly string[] {
  const at = change.at % lines.length;
  const to = change.to % lines.length;
  const line = lines[at] ?? "";
  switch (change.kind) {
    case "cut":
      return lines.with(at, line.slice(0, change.to % (line.length + 1)));
    case "double":
      return lines.toSpliced(to, 0, line);
    case "join":
      return lines.toSpliced(at, 2, `${line} ${lines[at + 1] ?? ""}`);
    case "drop":
      return lines.toSpliced(at, 1);
    case "swap":
      return lines.with(at, lines[to] ?? "").with(to, line);
  }
}

import fc from "fast-check";
import { expect, test } from "vitest";
import { csvFields } from "../src/csv-fields.ts";

test("bare fields split at commas", () => {
  expect(csvFields("type=oci,dest=out.tar")).toEqual(["type=oci", "dest=out.tar"]);
  expect(csvFields("")).toEqual([""]);
  expect(csvFields("a,b\r\n")).toEqual(["a", "b"]);
  expect(csvFields("a,,b,")).toEqual(["a", "", "b", ""]);
});

test("a quoted field keeps its commas, a doubled quote is one", () => {
  expect(csvFields('type=image,"name=a,b"')).toEqual(["type=image", "name=a,b"]);
  expect(csvFields('"say ""hi""",x')).toEqual(['say "hi"', "x"]);
});

test("broken quoting has no fields", () => {
  expect(csvFields('"open')).toBeUndefined();
  expect(csvFields('a"b')).toBeUndefined();
  expect(csvFields('"a"b')).toBeUndefined();
});

test("any fields, quoted, come back", () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (fields) => {
      const line = fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(",");
      expect(csvFields(line)).toEqual(fields);
    }),
  );
});

import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { Painter } from "../../../src/cli/progress/painter.ts";

/** A terminal of some width that keeps what is written to it. */
function screen(columns: number) {
  const stream = Object.assign(new PassThrough({ encoding: "utf8" }), { columns, isTTY: true });
  return { stream, written: (): string => String(stream.read() ?? "") };
}

it("draws over what it drew: a row is erased first, so that nothing of it can be broken anew, and in the end what is left", () => {
  const { stream, written } = screen(80);
  const painter = new Painter(stream);
  painter.draw(["one", "two"]);
  expect(written()).toBe("\u001b[?25l\r\u001b[Kone\n\u001b[Ktwo\n\u001b[J");
  painter.draw(["three"]);
  expect(written()).toBe("\r\u001b[2A\u001b[Kthree\n\u001b[J");
  painter.end(["four"]);
  expect(written()).toBe("\r\u001b[1A\u001b[Kfour\n\u001b[J\u001b[?25h");
});

it("finds its beginning again when the terminal became narrower, and broke its lines", () => {
  const { stream, written } = screen(40);
  const painter = new Painter(stream);
  painter.draw(["x".repeat(40), "short", "日本".repeat(8)]);
  written();
  stream.columns = 20;
  painter.draw(["y"]);
  expect(written()).toMatch(/^\r\u001b\[5A\u001b\[Ky/);
});

it("gives the cursor back once", () => {
  const { stream, written } = screen(80);
  const painter = new Painter(stream);
  painter.show();
  expect(written()).toBe("");
  painter.draw([]);
  painter.show();
  painter.show();
  expect(written().match(/\u001b\[\?25h/g)).toHaveLength(1);
});

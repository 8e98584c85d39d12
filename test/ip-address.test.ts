import net from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isIP, isIPv4, isIPv6 } from "../src/ip-address.ts";

function agrees(text: string): void {
  expect([text, isIPv4(text), isIPv6(text), isIP(text)]).toEqual([
    text,
    net.isIPv4(text),
    net.isIPv6(text),
    net.isIP(text) !== 0,
  ]);
}

test("addresses of every form are told as node:net tells them", () => {
  for (const text of ["", "::", ":::", "1::", "::1", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9"])
    agrees(text);
  for (const text of ["::1.2.3.4", "1.2.3.4::", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", "::1%eth0", "::1%"])
    agrees(text);
  for (const text of ["1.2.3.4", "01.2.3.4", "1.2.3", "1.2.3.256", "1.2.3.4\n", "::FFFF", "::12345", "::g"])
    agrees(text);
  fc.assert(fc.property(fc.ipV4(), agrees));
  fc.assert(fc.property(fc.ipV6(), agrees));
});

test("so are texts that look like addresses", () => {
  const piece = fc.constantFrom("::", ":", ".", "1", "ff", "255", "0", "%", "z", "1.2.3.4", "abcd", "12345");
  fc.assert(fc.property(fc.array(piece, { maxLength: 18 }), (pieces) => agrees(pieces.join(""))));
});

import { hash } from "node:crypto";

/**
 * A fixed piece of work of the kind that a compile does (texts cut and joined, maps filled, bytes hashed), so that
 * figures of two machines can be compared: what takes twice as long here may take twice as long there.
 */
export function calibrationLoop(iteration) {
  const words = new Map();
  let text = "";
  for (let index = 0; index < 20_000; index++) {
    const word = `word${(index * 7919 + iteration) % 4096}`;
    words.set(word, (words.get(word) ?? 0) + 1);
    text += word;
    if (text.length > 4096) text = text.slice(text.indexOf("w", 2048));
  }
  let digest = text;
  for (let index = 0; index < 200; index++) digest = hash("sha256", digest + block, "hex");
  return words.size + digest.length;
}

const block = "0123456789abcdef".repeat(256);

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A context of two files, whose Dockerfile has a COPY and a RUN. */
export function smallContext(folder, base) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "greeting.txt"), "hello\n");
  writeFileSync(
    join(folder, "Dockerfile"),
    `FROM ${base}\nWORKDIR /srv\nCOPY greeting.txt .\nRUN tr a-z A-Z < greeting.txt > shout.txt\nCMD ["cat", "/srv/shout.txt"]\n`,
  );
}

/** 20,000 files of 18,750 bytes on average (375 MB), from empty ones to some of a megabyte, in 400 folders. */
export function largeContext(folder, base) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "Dockerfile"), `FROM ${base}\nCOPY . /srv\n`);
  const random = generator(20_000);
  const noise = Buffer.from(Uint32Array.from({ length: 1 << 19 }, () => random() * 2 ** 32).buffer);
  for (let index = 0; index < 20_000; index++) {
    const sub = join(folder, `part${Math.floor(index / 500)}/module-${Math.floor(index / 50) % 10}`);
    if (index % 50 === 0) mkdirSync(sub, { recursive: true });
    const size = sizeOf(random(), index);
    const start = Math.floor(random() * (noise.length - size));
    writeFileSync(join(sub, `file-${index}.bin`), noise.subarray(start, start + size));
  }
}

/** What sources look like: most files have a few kilobytes, and one in two hundred makes up half of all bytes. */
function sizeOf(random, index) {
  if (index % 200 === 0) return 1_875_000;
  return Math.floor(random * 2 * 9421);
}

/** Writes into one file of a context something that was never there. */
export function changeOneFile(folder, text) {
  writeFileSync(join(folder, "part7/module-3/file-3660.bin"), `${text}\n`);
}

/** Sixteen stages of two RUNs each, next to one another, and one that copies from all of them. */
export function fanContext(folder, base) {
  mkdirSync(folder, { recursive: true });
  const stages = Array.from({ length: 16 }, (_, index) => index);
  const lines = [
    `FROM ${base} AS base`,
    ...stages.flatMap((index) => [
      `FROM base AS fan${index}`,
      `RUN seq ${index} 1000 > /numbers`,
      "RUN sort -r /numbers > /sorted",
    ]),
    "FROM base",
    ...stages.map((index) => `COPY --from=fan${index} /sorted /srv/${index}`),
  ];
  writeFileSync(join(folder, "Dockerfile"), `${lines.join("\n")}\n`);
}

/** Numbers from 0 to 1, always the same ones. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

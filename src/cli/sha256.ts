/**
 * SHA-256 (FIPS 180-4) of some bytes, in hexadecimal, for code that runs once. Before V8 compiles a function, each sum
 * beyond 31 bits becomes an object, and those of a few kilobytes fill the memory that a short process starts with: here
 * words are added by halves, so that no sum is so large.
 */
export function sha256(bytes: Uint8Array): string {
  const state = Int32Array.from(initial);
  const blocks = (bytes.length + lengthBytes + 1 + blockBytes - 1) >>> 6;
  for (let block = 0; block < blocks; block++) {
    readBlock(bytes, block * blockBytes);
    if (block === blocks - 1) {
      words[14] = Math.floor(bytes.length / 2 ** 29);
      words[15] = bytes.length << 3;
    }
    extendWords();
    compress(state);
  }
  const digest = Buffer.alloc(state.byteLength);
  for (let index = 0; index < state.length; index++) digest.writeInt32BE(state[index] ?? 0, index * 4);
  return digest.toString("hex");
}

const blockBytes = 64;
/** At the end stands the length in bits. */
const lengthBytes = 8;

const initial = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

/** The first bits of the fractions of the cube roots of the first primes. */
const constants = Int32Array.of(
  0x428a2f98,
  0x71374491,
  0xb5c0fbcf,
  0xe9b5dba5,
  0x3956c25b,
  0x59f111f1,
  0x923f82a4,
  0xab1c5ed5,
  0xd807aa98,
  0x12835b01,
  0x243185be,
  0x550c7dc3,
  0x72be5d74,
  0x80deb1fe,
  0x9bdc06a7,
  0xc19bf174,
  0xe49b69c1,
  0xefbe4786,
  0x0fc19dc6,
  0x240ca1cc,
  0x2de92c6f,
  0x4a7484aa,
  0x5cb0a9dc,
  0x76f988da,
  0x983e5152,
  0xa831c66d,
  0xb00327c8,
  0xbf597fc7,
  0xc6e00bf3,
  0xd5a79147,
  0x06ca6351,
  0x14292967,
  0x27b70a85,
  0x2e1b2138,
  0x4d2c6dfc,
  0x53380d13,
  0x650a7354,
  0x766a0abb,
  0x81c2c92e,
  0x92722c85,
  0xa2bfe8a1,
  0xa81a664b,
  0xc24b8b70,
  0xc76c51a3,
  0xd192e819,
  0xd6990624,
  0xf40e3585,
  0x106aa070,
  0x19a4c116,
  0x1e376c08,
  0x2748774c,
  0x34b0bcb5,
  0x391c0cb3,
  0x4ed8aa4a,
  0x5b9cca4f,
  0x682e6ff3,
  0x748f82ee,
  0x78a5636f,
  0x84c87814,
  0x8cc70208,
  0x90befffa,
  0xa4506ceb,
  0xbef9a3f7,
  0xc67178f2,
);

const words = new Int32Array(64);

/** Sixteen words; behind the last byte stands one bit, and then nothing. */
function readBlock(bytes: Uint8Array, start: number): void {
  for (let index = 0, at = start; index < 16; index++, at += 4) {
    words[index] =
      (byteAt(bytes, at) << 24) | (byteAt(bytes, at + 1) << 16) | (byteAt(bytes, at + 2) << 8) | byteAt(bytes, at + 3);
  }
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? (at === bytes.length ? 0x80 : 0);
}

function extendWords(): void {
  for (let index = 16; index < 64; index++) {
    // Repeated 8 times in the bundle.
    const a = words[index - 15] ?? 0;
    const b = words[index - 2] ?? 0;
    const c = words[index - 16] ?? 0;
    const d = words[index - 7] ?? 0;
    const e = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
    const f = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
    const low = (c & half) + (d & half) + (e & half) + (f & half);
    words[index] = (((c >>> 16) + (d >>> 16) + (e >>> 16) + (f >>> 16) + (low >>> 16)) << 16) | (low & half);
  }
}

const half = 0xffff;

function compress(state: Int32Array): void {
  let a = state[0] ?? 0;
  let b = state[1] ?? 0;
  let c = state[2] ?? 0;
  let d = state[3] ?? 0;
  let e = state[4] ?? 0;
  let f = state[5] ?? 0;
  let g = state[6] ?? 0;
  let h = state[7] ?? 0;
  for (let round = 0; round < 64; round++) {
    // Repeated 16 times in the bundle.
    const k = constants[round] ?? 0;
    const w = words[round] ?? 0;
    const s = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const choice = g ^ (e & (f ^ g));
    const low = (h & half) + (s & half) + (choice & half) + (k & half) + (w & half);
    const high = (h >>> 16) + (s >>> 16) + (choice >>> 16) + (k >>> 16) + (w >>> 16) + (low >>> 16);
    const t = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const majority = (a & b) | (c & (a | b));
    const lowOfE = (low & half) + (d & half);
    const lowOfA = (low & half) + (t & half) + (majority & half);
    h = g;
    g = f;
    f = e;
    e = ((high + (d >>> 16) + (lowOfE >>> 16)) << 16) | (lowOfE & half);
    d = c;
    c = b;
    b = a;
    a = ((high + (t >>> 16) + (majority >>> 16) + (lowOfA >>> 16)) << 16) | (lowOfA & half);
  }
  state[0] = sum(state[0] ?? 0, a);
  state[1] = sum(state[1] ?? 0, b);
  state[2] = sum(state[2] ?? 0, c);
  state[3] = sum(state[3] ?? 0, d);
  state[4] = sum(state[4] ?? 0, e);
  state[5] = sum(state[5] ?? 0, f);
  state[6] = sum(state[6] ?? 0, g);
  state[7] = sum(state[7] ?? 0, h);
}

function sum(a: number, b: number): number {
  const low = (a & half) + (b & half);
  return (((a >>> 16) + (b >>> 16) + (low >>> 16)) << 16) | (low & half);
}

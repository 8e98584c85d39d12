import { createPrivateKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { SshReader } from "./ssh-bytes.ts";

/**
 * Reads a private key in OpenSSH's own form (`-----BEGIN OPENSSH PRIVATE KEY-----`), which Node does not know. Throws an
 * Error for one that is damaged, has a passphrase, or is of a kind that can only be used through its device.
 */
export function parseOpenSshKey(text: Buffer): KeyObject {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END OPENSSH PRIVATE KEY-----/.exec(
    text.toString("latin1"),
  )?.[1];
  const bytes = Buffer.from(body ?? "", "base64");
  if (!bytes.subarray(0, magic.length).equals(magic)) throw new Error("it is damaged");
  try {
    return createPrivateKey({ key: readKey(new SshReader(bytes.subarray(magic.length))), format: "jwk" });
  } catch (error) {
    throw error instanceof RangeError ? new Error("it is damaged") : error;
  }
}

const magic = Buffer.from("openssh-key-v1\0");

function readKey(reader: SshReader): JsonWebKey {
  if (reader.text() !== "none") throw new Error("it has a passphrase");
  reader.text();
  reader.string();
  if (reader.uint32() !== 1) throw new Error("it holds more than one key");
  reader.string();
  const secret = new SshReader(reader.string());
  // The same number twice, to find out wrong passphrases.
  const check = secret.uint32();
  if (secret.uint32() !== check) throw new Error("it is damaged");
  return readSecret(secret);
}

function readSecret(secret: SshReader): JsonWebKey {
  const type = secret.text();
  if (type === "ssh-ed25519") {
    const x = base64url(secret.string());
    // The seed, and the public key again.
    return { kty: "OKP", crv: "Ed25519", x, d: base64url(secret.string().subarray(0, 32)) };
  }
  if (type === "ssh-rsa") return readRsa(secret);
  const curve = /^ecdsa-sha2-nistp(256|384|521)$/.exec(type)?.[1];
  if (curve === undefined) throw new Error(`keys of the type ${type} are not supported`);
  secret.text();
  const point = secret.string().subarray(1);
  const size = point.length / 2;
  return {
    kty: "EC",
    crv: `P-${curve}`,
    x: base64url(point.subarray(0, size)),
    y: base64url(point.subarray(size)),
    d: base64url(padded(unsigned(secret.string()), size)),
  };
}

function readRsa(secret: SshReader): JsonWebKey {
  const number = () => unsigned(secret.string());
  const [n, e, d, qi, p, q] = [number(), number(), number(), number(), number(), number()];
  const exponent = (prime: Buffer) => toBytes(toNumber(d) % (toNumber(prime) - 1n));
  return {
    kty: "RSA",
    n: base64url(n),
    e: base64url(e),
    d: base64url(d),
    p: base64url(p),
    q: base64url(q),
    dp: base64url(exponent(p)),
    dq: base64url(exponent(q)),
    qi: base64url(qi),
  };
}

/** Without the zero that keeps a number positive. */
function unsigned(bytes: Buffer): Buffer {
  return bytes[0] === 0 ? bytes.subarray(1) : bytes;
}

function padded(bytes: Buffer, size: number): Buffer {
  return bytes.length >= size ? bytes : Buffer.concat([Buffer.alloc(size - bytes.length), bytes]);
}

function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString("hex")}`);
}

function toBytes(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
}

function base64url(bytes: Buffer): string {
  return bytes.toString("base64url");
}

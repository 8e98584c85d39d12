import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { parseOpenSshKey } from "./open-ssh-key.ts";
import { sshNumber, sshString } from "./ssh-bytes.ts";

/** A private key as an agent uses it. */
export interface PrivateKey {
  /** The public key in SSH's form: what a key is asked for by. */
  readonly blob: Buffer;
  /** A signature in SSH's form. `flags` choose the hash of RSA: 2 for SHA-256, 4 for SHA-512, else SHA-1. */
  sign(data: Uint8Array, flags: number): Buffer;
}

/** Reads a private key: PEM (PKCS #1, PKCS #8, SEC 1) or OpenSSH's own form. Throws an Error that says what is wrong. */
export function readPrivateKey(text: Buffer): PrivateKey {
  return privateKeyOf(text.includes("BEGIN OPENSSH PRIVATE KEY") ? parseOpenSshKey(text) : createPrivateKey(text));
}

function privateKeyOf(key: KeyObject): PrivateKey {
  const jwk = createPublicKey(key).export({ format: "jwk" });
  const field = (name: "n" | "e" | "x" | "y") => Buffer.from(jwk[name] ?? "", "base64url");
  switch (key.asymmetricKeyType) {
    case "ed25519":
      return {
        blob: Buffer.concat([sshString("ssh-ed25519"), sshString(field("x"))]),
        sign: (data) => signature("ssh-ed25519", sign(null, data, key)),
      };
    case "rsa":
      return {
        blob: Buffer.concat([sshString("ssh-rsa"), sshNumber(field("e")), sshNumber(field("n"))]),
        sign: (data, flags) => {
          const [name, hash] = rsaHash(flags);
          return signature(name, sign(hash, data, key));
        },
      };
    case "ec": {
      const curve = curves.get(jwk.crv ?? "");
      if (curve === undefined) throw new Error(`SSH has no keys on the curve ${jwk.crv}`);
      const name = `ecdsa-sha2-${curve.name}`;
      const point = Buffer.concat([Buffer.from([4]), field("x"), field("y")]);
      return {
        blob: Buffer.concat([sshString(name), sshString(curve.name), sshString(point)]),
        sign: (data) => signature(name, ecdsaSignature(sign(curve.hash, data, { key, dsaEncoding: "ieee-p1363" }))),
      };
    }
    default:
      throw new Error(`keys of the type ${key.asymmetricKeyType} are not supported`);
  }
}

const curves: ReadonlyMap<string, { readonly name: string; readonly hash: string }> = new Map([
  ["P-256", { name: "nistp256", hash: "sha256" }],
  ["P-384", { name: "nistp384", hash: "sha384" }],
  ["P-521", { name: "nistp521", hash: "sha512" }],
]);

function rsaHash(flags: number): readonly [string, string] {
  if ((flags & 4) !== 0) return ["rsa-sha2-512", "sha512"];
  return (flags & 2) !== 0 ? ["rsa-sha2-256", "sha256"] : ["ssh-rsa", "sha1"];
}

/** Two numbers of equal length behind each other, as SSH writes them. */
function ecdsaSignature(pair: Buffer): Buffer {
  const half = pair.length / 2;
  return Buffer.concat([sshNumber(pair.subarray(0, half)), sshNumber(pair.subarray(half))]);
}

function signature(name: string, bytes: Uint8Array): Buffer {
  return Buffer.concat([sshString(name), sshString(bytes)]);
}

import { createHmac, createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from "node:crypto";

/**
 * The key by which a worker knows us again: with it, it asks us for tokens and need never see a password, and lets a
 * later session of ours use a token that it still has. It is made of the worker's salt and of a seed of ours, one per
 * registry; without credentials there is nothing to guard, and the salt alone makes it.
 */
export class TokenAuthority {
  readonly #seeds = new Map<string, Buffer>();

  /** The 32 bytes of the Ed25519 key's public half. */
  publicKey(host: string, salt: Uint8Array, secret: boolean): Buffer {
    const { x } = createPublicKey(this.#key(host, salt, secret)).export({ format: "jwk" });
    return Buffer.from(x ?? "", "base64url");
  }

  /** The payload signed as NaCl does it: the signature and the payload in one. */
  sign(host: string, salt: Uint8Array, secret: boolean, payload: Uint8Array): Buffer {
    return Buffer.concat([sign(null, payload, this.#key(host, salt, secret)), payload]);
  }

  #key(host: string, salt: Uint8Array, secret: boolean): KeyObject {
    const mac = createHmac("sha256", salt);
    if (secret) mac.update(this.#seed(host));
    return createPrivateKey({ key: Buffer.concat([ed25519, mac.digest()]), format: "der", type: "pkcs8" });
  }

  #seed(host: string): Buffer {
    const seed = this.#seeds.get(host) ?? randomBytes(16);
    this.#seeds.set(host, seed);
    return seed;
  }
}

/** What PKCS #8 puts before the 32 bytes of an Ed25519 key. */
const ed25519 = Buffer.from("302e020100300506032b657004220420", "hex");

import type { PrivateKey } from "./private-key.ts";
import { SshReader, sshString, sshUint32 } from "./ssh-bytes.ts";

/** Answers one message of the agent protocol, both without their length. Rejects when the agent is gone. */
export interface Agent {
  ask(message: Buffer): Promise<Buffer>;
  close(): void;
}

const messageType = { failure: 5, identitiesRequest: 11, identitiesAnswer: 12, signRequest: 13, signResponse: 14 };

/** What is answered to whatever is not done. */
export const refusal = Buffer.from([messageType.failure]);

/** A build may list keys and have things signed: it must not add or remove keys, lock an agent, or use extensions. */
export function isAllowed(message: Buffer): boolean {
  return message[0] === messageType.identitiesRequest || message[0] === messageType.signRequest;
}

/** An agent that has keys of its own. */
export function keyAgent(keys: readonly PrivateKey[]): Agent {
  return {
    async ask(message) {
      try {
        return answer(keys, new SshReader(message)) ?? refusal;
      } catch (error) {
        if (error instanceof RangeError) return refusal;
        throw error;
      }
    },
    close() {},
  };
}

function answer(keys: readonly PrivateKey[], request: SshReader): Buffer | undefined {
  switch (request.byte()) {
    case messageType.identitiesRequest:
      return Buffer.concat([
        Buffer.from([messageType.identitiesAnswer]),
        sshUint32(keys.length),
        ...keys.flatMap(({ blob }) => [sshString(blob), sshString("")]),
      ]);
    case messageType.signRequest: {
      const blob = request.string();
      const data = request.string();
      const flags = request.isAtEnd ? 0 : request.uint32();
      const key = keys.find((each) => each.blob.equals(blob));
      if (key === undefined) return undefined;
      return Buffer.concat([Buffer.from([messageType.signResponse]), sshString(key.sign(data, flags))]);
    }
    default:
      return undefined;
  }
}

import { connect, type Socket } from "node:net";
import type { Agent } from "./agent.ts";
import { agentMessages, withLength } from "./agent-messages.ts";

/** How long an agent may take to accept a connection, in milliseconds. Its answers may need a person's consent. */
const patience = 2000;

/** A connection to an agent that runs on this machine, at a Unix socket or a named pipe. */
export async function socketAgent(path: string): Promise<Agent> {
  const socket = await dialAgent(path);
  // What goes wrong shows as the end of its messages.
  socket.on("error", () => {});
  const answers = agentMessages(socket);
  return {
    async ask(message) {
      socket.write(withLength(message));
      const { value } = await answers.next();
      if (value === undefined) throw new Error("the agent hung up");
      return value;
    },
    close() {
      socket.destroy();
    },
  };
}

function dialAgent(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const timer = setTimeout(() => socket.destroy(new Error("the agent does not answer")), patience);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", reject);
      resolve(socket);
    });
    socket.once("error", reject);
    socket.once("close", () => clearTimeout(timer));
  });
}

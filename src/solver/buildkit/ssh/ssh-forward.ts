import { type ServerDuplexStream, status } from "@grpc/grpc-js";
import { errnoText } from "../../../errno.ts";
import { Failure } from "../../../failure.ts";
import type { Attachable, AttachableContext } from "../attachable.ts";
import type { common, session } from "../proto/gen/buildkit.js";
import { sshService } from "../session-services.ts";
import { sendMessage, streamHandler } from "../stream-handler.ts";
import { StatusError, unaryHandler } from "../unary-handler.ts";
import { type Agent, isAllowed, keyAgent, refusal } from "./agent.ts";
import { agentMessages, withLength } from "./agent-messages.ts";
import { socketAgent } from "./socket-agent.ts";
import type { SshSource } from "./ssh-sources.ts";

type ForwardCall = ServerDuplexStream<common.BytesMessage, common.BytesMessage.$Properties>;

/**
 * moby.sshforward.v1.SSH: lets steps use the agents and keys that were granted, by id. They can list keys and sign with
 * them; all else that agents do is refused here, whoever asks. An id that was not granted is NOT_FOUND, which a step may
 * allow. An agent that cannot be reached is reported as `usage`.
 */
export function sshForward(sources: ReadonlyMap<string, SshSource>, context: AttachableContext): Attachable {
  const forwarding = streamHandler(context.signal, async (call: ForwardCall, signal) => {
    const [id = ""] = call.metadata.get("buildkit.ssh.id");
    await forward(call, granted(sources, String(id)), context, signal);
  });
  return {
    definition: sshService,
    implementation: {
      CheckAgent: unaryHandler(context.signal, status.NOT_FOUND, async ({ id }: session.CheckAgentRequest) => {
        granted(sources, id);
        return {};
      }),
      ForwardAgent: forwarding.handle,
    },
    close: forwarding.idle,
  };
}

function granted(sources: ReadonlyMap<string, SshSource>, id: string): SshSource {
  const source = sources.get(id === "" ? "default" : id);
  if (source !== undefined) return source;
  throw new StatusError(status.NOT_FOUND, `no SSH agent was granted for the id ${JSON.stringify(id)}`);
}

async function forward(
  call: ForwardCall,
  source: SshSource,
  context: AttachableContext,
  signal: AbortSignal,
): Promise<void> {
  const agent = await openAgent(source, context);
  const close = () => agent.close();
  // It may not answer for long: a person may have to say yes.
  signal.addEventListener("abort", close);
  try {
    for await (const message of agentMessages(dataOf(call))) {
      const data = withLength(isAllowed(message) ? await agent.ask(message) : refusal);
      await sendMessage(call, { data }, signal);
    }
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

async function openAgent(source: SshSource, context: AttachableContext): Promise<Agent> {
  if (source.kind === "keys") return keyAgent(source.keys);
  try {
    return await socketAgent(source.path);
  } catch (error) {
    const failure = new Failure("usage", `cannot reach the SSH agent at ${source.path}: ${errnoText(error)}`, {
      remedy: "Start the agent again, or name another socket.",
    });
    context.report(failure);
    throw failure;
  }
}

async function* dataOf(call: ForwardCall): AsyncGenerator<Uint8Array> {
  const messages: AsyncIterable<common.BytesMessage> = call.iterator({ destroyOnReturn: false });
  for await (const { data } of messages) yield data;
}

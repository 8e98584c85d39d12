import {
  Client,
  credentials,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServiceError,
  type status,
} from "@grpc/grpc-js";
import { onTestFinished } from "vitest";
import type { Attachable } from "../../src/solver/buildkit/attachable.ts";

export type Answer<Response> = { readonly response: Response } | { readonly code: status; readonly details: string };

/** Serves an attachable over a real connection, as a session does. */
export async function serveAttachable(attachable: Attachable): Promise<Client> {
  const server = new Server();
  server.addService(attachable.definition, attachable.implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => {
    client.close();
    server.forceShutdown();
  });
  return client;
}

/** Serves an attachable and asks it one question at a time, as a worker does. */
export async function askAttachable(attachable: Attachable) {
  const client = await serveAttachable(attachable);
  return <Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
  ): Promise<Answer<Response>> =>
    new Promise((resolve) => {
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        (error: ServiceError | null, response?: Response) => {
          if (error !== null) resolve({ code: error.code, details: error.details });
          else if (response !== undefined) resolve({ response });
        },
      );
    });
}

import grpc from "@grpc/grpc-js";
import type { Contestant, EchoClient } from "../echo/contestant.ts";

const encode = (text: string): Buffer => Buffer.from(text);
const decode = (bytes: Buffer): string => bytes.toString();

const ECHO: grpc.MethodDefinition<string, string> = {
  path: "/Bench/Echo",
  requestStream: false,
  responseStream: false,
  requestSerialize: encode,
  requestDeserialize: decode,
  responseSerialize: encode,
  responseDeserialize: decode,
};

/** gRPC's implementation in JavaScript; messages are the text itself, without protobuf. */
export const CONTESTANT: Contestant = {
  serve(): Promise<string> {
    const server = new grpc.Server();
    const echo: grpc.handleUnaryCall<string, string> = ({ request }, answer) =>
      answer(null, request);
    server.addService({ echo: ECHO }, { echo });
    return new Promise((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error === null) resolve(`127.0.0.1:${port}`);
        else reject(error);
      });
    });
  },

  connect(address): Promise<EchoClient> {
    const client = new grpc.Client(address, grpc.credentials.createInsecure());
    return Promise.resolve({
      echo: (text) =>
        new Promise((resolve, reject) => {
          client.makeUnaryRequest(ECHO.path, encode, decode, text, (error, answer) => {
            if (error === null) resolve(answer);
            else reject(error);
          });
        }),
      close() {
        client.close();
        return Promise.resolve();
      },
    });
  },
};

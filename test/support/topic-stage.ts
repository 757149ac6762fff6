import type { App, Connection, Route } from "@windlass/app";
import { JournalingComponent } from "./journaling-component.ts";
import { RawClient } from "./raw-client.ts";
import { startApp } from "./start-app.ts";

/** A client and its connection. */
export interface Member {
  readonly client: RawClient;
  readonly connection: Connection;
}

export const kib = 1_024;

/** Two routes whose connections subscribe to the topic of their query. */
export async function startStage(declare: (app: App) => void = () => {}, options = {}) {
  const component = new JournalingComponent();
  component.onOpen = (connection): void => {
    for (const topic of connection.handshake.query.getAll("topic")) connection.subscribe(topic);
    component.opens.write(connection);
  };
  const routes: Route[] = [];
  const routeOptions = { maxBackpressureBytes: 256 * kib };
  const { app, port } = await startApp((app) => {
    declare(app);
    for (const path of ["/one", "/two"]) {
      routes.push(app.route(path, component, ["*"], routeOptions));
    }
  }, options);
  const [one, two] = routes;
  if (one === undefined || two === undefined) throw new Error("no routes");
  const open = async (path: string): Promise<Member> => {
    const client = await RawClient.open(port, path);
    const connection = component.opens.entries.at(-1);
    if (connection === undefined) throw new Error("no connection");
    return { client, connection };
  };
  return { app, component, one, two, open };
}

/** Everything the client got so far. */
export async function textsOf({ client, connection }: Member): Promise<readonly string[]> {
  connection.send("(end)");
  const texts: string[] = [];
  for (;;) {
    const frame = await client.frame();
    const text = frame.payload.length > 1_000 ? "(filling)" : frame.payload.toString();
    if (text === "(end)") return texts;
    if (text !== "(filling)") texts.push(text);
  }
}

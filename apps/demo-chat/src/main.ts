// The whole demo: what it serves, to whom, and how it starts and stops.
// `pnpm demo` runs it; PORT and HOST change where it listens (see site.ts).

import { App, closeOnSignals, EchoServer, WindlassError } from "@windlass/app";
import { Chat } from "./chat.ts";
import { pageFiles } from "./page.ts";
import { siteFrom } from "./site.ts";

try {
  const site = siteFrom(process.env);
  const app = new App(site.httpHost, site.port, site.address, { logLevel: "warn" });

  // Two WebSocket routes, open to pages of this site only. Browsers always name the Origin of a
  // page; command-line programs such as wscat do not, and may come in to try things out.
  const options = { httpHost: site.hosts, guards: site.guards, missingOrigin: "allow" } as const;
  app.route("/chat", new Chat(), site.allowedOrigins, options);
  app.route("/echo", new EchoServer(), site.allowedOrigins, options);

  // The page itself, on the same port: "/", "/style.css", "/client.js", "/icon.svg".
  for (const { path, handler } of pageFiles) app.http(path, handler, { httpHost: site.hosts });

  closeOnSignals(app);
  const { port } = await app.run();
  process.stdout.write(
    `Windlass demo: open http://${site.shownHost}:${port} in two tabs and chat (Ctrl+C stops it)\n`,
  );
} catch (error) {
  // A port that is taken or a PORT that is none deserves a sentence, not a stack trace.
  if (!(error instanceof WindlassError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

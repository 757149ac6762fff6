// Addresses that may not connect: for the whole app and fixed (`blockIps`), and for one route and
// changeable while it runs (Ratchet's IpBlackList). Both take ranges and IPv6, and answer 403.

import { App, EchoServer, IpBlackList } from "@windlass/app";

const blackList = new IpBlackList().blockAddress("127.0.0.2").blockAddress("203.0.113.0/24");

const { PORT = "8080" } = process.env;
const app = new App("localhost", Number(PORT), "127.0.0.1", { blockIps: ["127.0.0.3"] });
app.route("/echo", new EchoServer(), ["*"], { guards: [blackList] });
const { url } = await app.run();
process.stdout.write(`${url}\n`);

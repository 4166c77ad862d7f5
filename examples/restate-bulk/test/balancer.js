import { once } from "node:events";
import { connect, createServer } from "node:net";

/**
 * One address before several workers, as a load balancer of connections gives it: each in turn, the dead left out.
 * While there are none, connections wait.
 */
export async function startBalancer() {
  const workers = [];
  const waiting = [];
  const sockets = new Set();
  const server = createServer((from) => forward(hold(from), workers.length));

  function forward(from, tries) {
    if (workers.length === 0) {
      waiting.push(from);
      return;
    }
    if (tries === 0) {
      from.destroy();
      return;
    }
    const port = workers.shift();
    workers.push(port);
    const to = hold(connect(port, "127.0.0.1"));
    to.once("connect", () => {
      from.pipe(to).pipe(from);
      from.once("close", () => to.destroy());
      to.once("close", () => from.destroy());
    });
    to.once("error", () => to.pending && forward(from, tries - 1));
  }

  function hold(socket) {
    sockets.add(socket);
    return socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    add(port) {
      workers.unshift(port);
      waiting.splice(0).forEach((from) => forward(from, workers.length));
    },
    forget: () => workers.splice(0),
    close() {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}

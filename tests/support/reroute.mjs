// Loaded into a process before its program (`node --import`), it leads Microsoft's hosts to this machine. The program
// is the one that would run in production: no address is passed in, and names and certificates are checked as always.
import { Socket, isIP } from "node:net";

/** From `name:port` to a port on this machine. */
const routes = JSON.parse(process.env.TESTS_REROUTE ?? "{}");
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;
const connect = Socket.prototype.connect;

// Everything comes through here: fetch, node:https and node:http alike.
Socket.prototype.connect = function (...given) {
  // Node's own modules pass what they have normalised, in a list with a mark on it.
  const place = Array.isArray(given[0]) ? given[0] : given;
  const options = place[0];
  if (typeof options === "object" && options !== null && !options.path) {
    const { host = "localhost", port } = options;
    const there = routes[`${host}:${port}`];
    if (there !== undefined) {
      place[0] = { ...options, host: "127.0.0.1", port: there, servername: options.servername ?? (isIP(host) ? "" : host) };
    } else if (!LOOPBACK.test(host)) {
      throw new Error(`a test wants to reach ${host}:${port}, which is not on this machine`);
    }
  }
  return connect.apply(this, given);
};

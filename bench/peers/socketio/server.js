// A chat server on socket.io with its Redis adapter: a peer that the bench measures against.
//
// A room for each conversation; a message is stored with insertOne (majority, journaled; the plain Node peer's log),
// then shown to the room through the adapter and acknowledged by the callback. Answers have the members of chat.v1's.
import http from "node:http";
import process from "node:process";
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";
import { openLog } from "../node/log.js";

const port = Number(process.env.PORT ?? 8080);
const host = process.env.LISTEN_HOST ?? "127.0.0.1";
const uri = process.env.MONGO_URI ?? "mongodb://127.0.0.1:27017/chat_socketio";
const historyLimit = 50;
const maxText = 8192;

const log = await openLog(uri);
const publisher = createClient({ url: process.env.REDIS_URL ?? "redis://127.0.0.1:6379" });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);

const conversations = new Map();

function conversationOf(name) {
  let conversation = conversations.get(name);
  if (!conversation) conversations.set(name, (conversation = { name }));
  return conversation;
}

const server = http.createServer((request, response) => {
  response.writeHead(request.url === "/healthz" ? 200 : 404).end();
});
const io = new Server(server, {
  adapter: createAdapter(publisher, subscriber),
  transports: ["websocket"],
  serveClient: false,
});

io.use((socket, next) => {
  const { name } = socket.handshake.auth;
  next(typeof name === "string" && name ? undefined : new Error("name_required"));
});

io.on("connection", (socket) => {
  const conversation = conversationOf(socket.handshake.auth.name);
  const { name } = conversation;

  socket.on("open", async ({ after, limit = historyLimit }, answer) => {
    await socket.join(name);
    const size = Math.min(limit, historyLimit);
    const page = await (typeof after === "number" ? log.after(name, after, size) : log.page(name, size));
    if (typeof after !== "number") conversation.last ??= page.messages.at(-1)?.seq ?? 0;
    answer({ type: "history", conversation: name, ...page, last: conversation.last });
  });

  socket.on("send", async ({ id, text }, answer) => {
    if (typeof id !== "string" || typeof text !== "string" || !text || Buffer.byteLength(text) > maxText)
      return answer({ type: "error", id, code: "bad_request", message: "id and a text are needed" });
    try {
      const message = await log.append(conversation, id, name, text);
      socket.to(name).emit("message", message);
      answer({ type: "ack", id, seq: message.seq, at: message.at });
    } catch (error) {
      console.error(error.message);
      answer({ type: "error", id, code: "unavailable", message: "The message could not be stored" });
    }
  });
});

server.listen({ port, host, backlog: 4096 });

process.on("SIGTERM", async () => {
  io.disconnectSockets(true);
  server.close();
  await Promise.all([publisher.quit(), subscriber.quit(), log.close()]);
  process.exit(0);
});

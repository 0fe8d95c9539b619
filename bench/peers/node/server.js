// A plain chat server on ws and the official MongoDB driver: the yardstick that the bench measures against.
//
// It speaks the part of chat.v1 that a chat without a bot needs (hello, open, history, send, typing), gives
// numbers in memory, stores each message with insertOne (majority, journaled) and then acknowledges it.
import http from "node:http";
import process from "node:process";
import { WebSocketServer } from "ws";
import { openLog } from "./log.js";

const port = Number(process.env.PORT ?? 8080);
const host = process.env.LISTEN_HOST ?? "127.0.0.1";
const uri = process.env.MONGO_URI ?? "mongodb://127.0.0.1:27017/chat_node";
const historyLimit = 50;
const maxText = 8192;

const log = await openLog(uri);

/** @type {Map<string, {name: string, last?: number, readers: Set<import("ws").WebSocket>}>} */
const conversations = new Map();

function conversationOf(name) {
  let conversation = conversations.get(name);
  if (!conversation) conversations.set(name, (conversation = { name, readers: new Set() }));
  return conversation;
}

function answer(socket, frame) {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
}

function refuse(socket, id, code, message) {
  answer(socket, { type: "error", id, code, message });
}

async function hello(socket, session, frame) {
  const name = typeof frame.name === "string" ? frame.name.trim() : "";
  if (!name) return refuse(socket, undefined, "name_required", "A name is needed");
  session.conversation?.readers.delete(socket);
  session.name = name;
  session.conversation = conversationOf(name);
  answer(socket, {
    type: "welcome",
    name,
    role: "user",
    version: "node",
    features: { live_chat: false, auth: "open" },
    limits: { max_text: maxText, history: historyLimit, rate: 0 },
  });
}

function showPage(socket, { name, last }, page) {
  answer(socket, { type: "history", conversation: name, state: "bot", ...page, last });
}

async function history(socket, { conversation }, frame) {
  const limit = Math.min(frame.limit ?? historyLimit, historyLimit);
  const page = await log.page(conversation.name, limit, frame.before);
  if (frame.before === undefined) conversation.last ??= page.messages.at(-1)?.seq ?? 0;
  showPage(socket, conversation, page);
}

async function resume(socket, conversation, after) {
  let page;
  do {
    page = await log.after(conversation.name, after, historyLimit);
    after = page.messages.at(-1)?.seq ?? after;
    showPage(socket, conversation, page);
  } while (page.more);
}

async function open(socket, session, frame) {
  session.conversation.readers.add(socket);
  if (typeof frame.after === "number") await resume(socket, session.conversation, frame.after);
  else await history(socket, session, frame);
}

async function send(socket, { name, conversation }, frame) {
  const { id, text } = frame;
  if (typeof id !== "string" || typeof text !== "string" || !text)
    return refuse(socket, id, "bad_request", "id and text are needed");
  if (Buffer.byteLength(text) > maxText) return refuse(socket, id, "too_long", "The text is too long");
  let message;
  try {
    message = await log.append(conversation, id, name, text);
  } catch (error) {
    console.error(error.message);
    return refuse(socket, id, "unavailable", "The message could not be stored");
  }
  answer(socket, { type: "ack", id, conversation: name, seq: message.seq, at: message.at });
  if (conversation.readers.size > 1) {
    const line = JSON.stringify({ type: "message", conversation: name, ...message });
    for (const reader of conversation.readers)
      if (reader !== socket && reader.readyState === reader.OPEN) reader.send(line);
  }
}

function typing(socket, session, frame) {
  const line = JSON.stringify({
    type: "typing",
    conversation: session.name,
    from: session.name,
    on: Boolean(frame.on),
  });
  for (const reader of session.conversation.readers) if (reader !== socket) reader.send(line);
}

const verbs = { open, history, send, typing };

async function handle(socket, session, line) {
  let frame;
  try {
    frame = JSON.parse(line);
  } catch {
    return refuse(socket, undefined, "bad_request", "Not JSON");
  }
  if (frame.type === "hello") return hello(socket, session, frame);
  const verb = verbs[frame.type];
  if (!verb) return refuse(socket, frame.id, "unknown_type", "Unknown type");
  if (!session.conversation) return refuse(socket, frame.id, "name_required", "Say hello first");
  return verb(socket, session, frame);
}

const server = http.createServer((request, response) => {
  response.writeHead(request.url === "/healthz" ? 200 : 404).end();
});
const sockets = new WebSocketServer({
  server,
  path: "/chat",
  maxPayload: 64 * 1024,
  perMessageDeflate: false,
});

sockets.on("connection", (socket) => {
  const session = { name: "", conversation: undefined };
  socket.on("message", (data) => {
    for (const line of data.toString().split("\n"))
      if (line)
        handle(socket, session, line).catch((error) => {
          console.error(error);
          refuse(socket, undefined, "unavailable", "Something went wrong");
        });
  });
  socket.on("close", () => session.conversation?.readers.delete(socket));
  socket.on("error", () => {});
});

server.listen({ port, host, backlog: 4096 });

process.on("SIGTERM", () => {
  for (const socket of sockets.clients) socket.terminate();
  server.close(() => log.close().then(() => process.exit(0)));
});

// A plain chat server on ws and the official MongoDB driver: the yardstick that the bench measures against.
//
// It speaks the part of chat.v1 that a chat without a bot needs (hello, open, history, send, typing), gives
// numbers in memory, stores each message with insertOne (majority, journaled) and then acknowledges it.
import http from "node:http";
import process from "node:process";
import { MongoClient } from "mongodb";
import { WebSocketServer } from "ws";

const port = Number(process.env.PORT ?? 8080);
const host = process.env.LISTEN_HOST ?? "127.0.0.1";
const uri = process.env.MONGO_URI ?? "mongodb://127.0.0.1:27017/chat_node";
const historyLimit = 50;
const maxText = 8192;

const client = new MongoClient(uri, { writeConcern: { w: "majority", journal: true } });
await client.connect();
const messages = client.db().collection("messages");
// _id is {c: conversation, s: number}; the second index makes a repeated send harmless.
await messages.createIndex(
  { "_id.c": 1, id: 1 },
  { unique: true, partialFilterExpression: { id: { $exists: true } } },
);

/** @type {Map<string, {last: number, readers: Set<import("ws").WebSocket>}>} */
const conversations = new Map();
const loading = new Map();

async function loadConversation(name) {
  const newest = await messages.findOne(range(name, 0), { sort: { _id: -1 } });
  const conversation = { last: newest ? newest._id.s : 0, readers: new Set() };
  conversations.set(name, conversation);
  loading.delete(name);
  return conversation;
}

function conversationOf(name) {
  const known = conversations.get(name);
  if (known) return known;
  let promise = loading.get(name);
  if (!promise) {
    promise = loadConversation(name);
    loading.set(name, promise);
  }
  return promise;
}

function range(name, after, before = Number.MAX_SAFE_INTEGER) {
  return { _id: { $gt: { c: name, s: after }, $lt: { c: name, s: before } } };
}

function shown(document) {
  return {
    seq: document._id.s,
    from: document.from,
    role: document.role,
    text: document.text,
    at: document.at,
    id: document.id,
  };
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
  session.conversation = await conversationOf(name);
  answer(socket, {
    type: "welcome",
    name,
    role: "user",
    version: "node",
    features: { live_chat: false, auth: "open" },
    limits: { max_text: maxText, history: historyLimit, rate: 0 },
  });
}

async function history(socket, session, frame) {
  const limit = Math.min(frame.limit ?? historyLimit, historyLimit);
  const found = await messages
    .find(range(session.name, 0, frame.before), { sort: { _id: -1 }, limit: limit + 1 })
    .toArray();
  const page = found.slice(0, limit).reverse();
  answer(socket, {
    type: "history",
    conversation: session.name,
    state: "bot",
    messages: page.map(shown),
    last: session.conversation.last,
    more: found.length > limit,
  });
}

async function resume(socket, session, after) {
  let page;
  do {
    page = await messages
      .find(range(session.name, after), { sort: { _id: 1 }, limit: historyLimit })
      .toArray();
    if (page.length) after = page[page.length - 1]._id.s;
    answer(socket, {
      type: "history",
      conversation: session.name,
      state: "bot",
      messages: page.map(shown),
      last: session.conversation.last,
      more: page.length === historyLimit,
    });
  } while (page.length === historyLimit);
}

async function open(socket, session, frame) {
  session.conversation.readers.add(socket);
  if (typeof frame.after === "number") await resume(socket, session, frame.after);
  else await history(socket, session, frame);
}

async function send(socket, session, frame) {
  const { id, text } = frame;
  if (typeof id !== "string" || typeof text !== "string" || !text)
    return refuse(socket, id, "bad_request", "id and text are needed");
  if (Buffer.byteLength(text) > maxText) return refuse(socket, id, "too_long", "The text is too long");
  const { name, conversation } = session;
  const seq = ++conversation.last;
  const document = {
    _id: { c: name, s: seq },
    id,
    from: name,
    role: "user",
    text,
    at: new Date(),
  };
  try {
    await messages.insertOne(document);
  } catch (error) {
    console.error(error.message);
    return refuse(socket, id, "unavailable", "The message could not be stored");
  }
  answer(socket, { type: "ack", id, conversation: name, seq, at: document.at });
  if (conversation.readers.size > 1) {
    const line = JSON.stringify({ type: "message", conversation: name, ...shown(document) });
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
  server.close(() => client.close().then(() => process.exit(0)));
});

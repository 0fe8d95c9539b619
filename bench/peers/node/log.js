// The log that the Node peers keep in MongoDB: a document for each message, stored (majority, journaled) before anyone
// is told. _id is {c: conversation, s: number}; the second index makes a repeated send harmless.
import { MongoClient } from "mongodb";

const DUPLICATE = 11000;

function range(name, after, before = Number.MAX_SAFE_INTEGER) {
  return { _id: { $gt: { c: name, s: after }, $lt: { c: name, s: before } } };
}

function shown(document) {
  const { _id, from, role, text, at, id } = document;
  return { seq: _id.s, from, role, text, at, id };
}

export async function openLog(uri) {
  const client = new MongoClient(uri, { writeConcern: { w: "majority", journal: true } });
  await client.connect();
  const documents = client.db().collection("messages");
  await documents.createIndex(
    { "_id.c": 1, id: 1 },
    { unique: true, partialFilterExpression: { id: { $exists: true } } },
  );

  /** The newest `limit` messages before a number, oldest first, and whether there are older ones. */
  async function page(name, limit, before) {
    const found = await documents
      .find(range(name, 0, before), { sort: { _id: -1 }, limit: limit + 1 })
      .toArray();
    return { messages: found.slice(0, limit).reverse().map(shown), more: found.length > limit };
  }

  /** The first `limit` messages behind a number. */
  async function after(name, number, limit) {
    const found = await documents.find(range(name, number), { sort: { _id: 1 }, limit }).toArray();
    return { messages: found.map(shown), more: found.length === limit };
  }

  async function last(name) {
    const newest = await documents.findOne(range(name, 0), { sort: { _id: -1 } });
    return newest ? newest._id.s : 0;
  }

  /** Stores under the next number after `conversation.last`, in memory; numbers given elsewhere are passed over. */
  async function append(conversation, id, from, text) {
    conversation.last ??= await last(conversation.name).then((found) => conversation.last ?? found);
    for (;;) {
      const document = {
        _id: { c: conversation.name, s: ++conversation.last },
        id,
        from,
        role: "user",
        text,
        at: new Date(),
      };
      try {
        await documents.insertOne(document);
        return shown(document);
      } catch (error) {
        if (error.code !== DUPLICATE || !error.keyPattern?._id) throw error;
        conversation.last = Math.max(conversation.last, await last(conversation.name));
      }
    }
  }

  /** Many at once, for a bench that needs a history. */
  const fill = (messages) => documents.insertMany(messages, { ordered: false });

  return { page, after, append, fill, close: () => client.close() };
}

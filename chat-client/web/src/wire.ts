/* wire.ts: the frames of subprotocol chat.v1, in and out.
 *
 * Purpose   turns the text of a WebSocket message into typed frames and back.
 * Errors    what the service says is outside input: a line that makes no sense is left out, never thrown.
 *           A message is kept as long as its number is good, for a missing one would look like a gap.
 */

export type Role = 'user' | 'bot' | 'agent' | 'system';
export type Standing = 'bot' | 'escalated' | 'live';

export interface Message {
  readonly seq: number;
  readonly from: string;
  readonly role: Role;
  readonly text: string;
  /** Milliseconds since 1970, or NaN when the service gave no readable time. */
  readonly at: number;
  /** The id that its sender gave it. */
  readonly id?: string;
}

export interface Welcome {
  readonly type: 'welcome';
  readonly name: string;
  readonly token?: string;
  readonly liveChat: boolean;
  /** Longest text in bytes; 0 when the service did not say. */
  readonly maxText: number;
}
export interface History {
  readonly type: 'history';
  readonly conversation: string;
  readonly state: Standing;
  readonly messages: readonly Message[];
  readonly last: number;
  readonly more: boolean;
}
export interface Arrival {
  readonly type: 'message';
  readonly message: Message;
}
export interface Ack {
  readonly type: 'ack';
  readonly id: string;
  readonly seq: number;
  readonly at: number;
}
export interface StateChange {
  readonly type: 'state';
  readonly state: Standing;
  readonly agent: string;
  readonly position: number;
}
export interface Typing {
  readonly type: 'typing';
  readonly from: string;
  readonly on: boolean;
}
export interface Refusal {
  readonly type: 'error';
  readonly id?: string;
  readonly code: string;
  readonly message: string;
  readonly retryAfter: number;
}
export interface Goodbye {
  readonly type: 'goodbye';
  readonly reason: string;
  readonly retryAfter: number;
}
export type ServerFrame =
  | Welcome | History | Arrival | Ack | StateChange | Typing | Refusal | Goodbye;

export type ClientFrame =
  | { type: 'hello'; name: string; token?: string; jwt?: string }
  | { type: 'open'; after?: number }
  | { type: 'history'; before: number; limit: number }
  | { type: 'send'; id: string; text: string }
  | { type: 'escalate'; id: string }
  | { type: 'typing'; on: boolean };

export const encode = (frames: readonly ClientFrame[]): string =>
  frames.map((frame) => JSON.stringify(frame)).join('\n');

/** The frames in a WebSocket message, in their order; what cannot be understood is left out. */
export function parse(text: string): ServerFrame[] {
  const frames: ServerFrame[] = [];
  for (const line of text.split('\n')) {
    const fields = object(line);
    const frame = fields && read(fields);
    if (frame) frames.push(frame);
  }
  return frames;
}

type Fields = Readonly<Record<string, unknown>>;

function object(line: string): Fields | null {
  try {
    return asFields(JSON.parse(line));
  } catch {
    return null;
  }
}

function read(f: Fields): ServerFrame | null {
  switch (f['type']) {
    case 'welcome': {
      const token = asText(f['token']);
      return {
        type: 'welcome',
        name: asText(f['name']),
        ...(token && { token }),
        liveChat: asFields(f['features'])?.['live_chat'] === true,
        maxText: asCount(asFields(f['limits'])?.['max_text']),
      };
    }
    case 'history': {
      if (!Array.isArray(f['messages'])) return null;
      const messages = f['messages'].map(asMessage).filter((m) => m !== null);
      messages.sort((a, b) => a.seq - b.seq);
      return {
        type: 'history',
        conversation: asText(f['conversation']),
        state: asStanding(f['state']),
        messages,
        last: asCount(f['last']),
        more: f['more'] === true,
      };
    }
    case 'message': {
      const message = asMessage(f);
      return message && { type: 'message', message };
    }
    case 'ack': {
      const seq = asCount(f['seq']);
      const id = asText(f['id']);
      return id && seq ? { type: 'ack', id, seq, at: asTime(f['at']) } : null;
    }
    case 'state':
      return {
        type: 'state',
        state: asStanding(f['state']),
        agent: asText(f['agent']),
        position: asCount(f['position']),
      };
    case 'typing': {
      const from = asText(f['from']);
      return from ? { type: 'typing', from, on: f['on'] === true } : null;
    }
    case 'error': {
      const id = asText(f['id']);
      const code = asText(f['code']);
      return {
        type: 'error',
        ...(id && { id }),
        code,
        message: asText(f['message']) || code || 'The chat service reported an error.',
        retryAfter: asCount(f['retry_after_ms']),
      };
    }
    case 'goodbye':
      return { type: 'goodbye', reason: asText(f['reason']), retryAfter: asCount(f['retry_after_ms']) };
    default:
      return null;
  }
}

function asMessage(value: unknown): Message | null {
  const f = asFields(value);
  const seq = asCount(f?.['seq']);
  if (!f || !seq) return null;
  const id = asText(f['id']);
  return {
    seq,
    from: asText(f['from']),
    role: asRole(f['role']),
    text: asText(f['text']),
    at: asTime(f['at']),
    ...(id && { id }),
  };
}

const asFields = (v: unknown): Fields | null =>
  typeof v === 'object' && v !== null && !Array.isArray(v) ? (v as Fields) : null;
const asText = (v: unknown): string => (typeof v === 'string' ? v : '');
const asCount = (v: unknown): number => (Number.isSafeInteger(v) && (v as number) > 0 ? (v as number) : 0);
const asTime = (v: unknown): number => (typeof v === 'string' ? Date.parse(v) : NaN);
const asRole = (v: unknown): Role => (v === 'user' || v === 'bot' || v === 'agent' ? v : 'system');
const asStanding = (v: unknown): Standing => (v === 'escalated' || v === 'live' ? v : 'bot');

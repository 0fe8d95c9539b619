/* welcome.tsx: an empty log says what to do. */
import type { Chat } from '../state';
import { Bell } from './icons';

export const Welcome = () => (
  <div class="welcome">
    <Bell size={72} />
    <h2>Welcome to the front desk</h2>
    <p>Who may we say is here? Your chat is kept under your name, and waits for you when you come back.</p>
    <ol class="steps">
      <li><span>Enter your name at the top, then <strong>Start chat as</strong>.</span></li>
      <li><span>Ask anything. The bot answers at once.</span></li>
      <li><span>Want a person? <strong>Escalate</strong>, at any time.</span></li>
    </ol>
  </div>
);

const OPENERS = ['Hello!', 'What can you do?'];

export const FirstWords = ({ chat, onSay }: { chat: Chat; onSay: (text: string) => void }) => (
  <div class="welcome">
    <Bell size={72} />
    <h2>Hello, {chat.name}</h2>
    {chat.standing === 'bot' ? (
      <>
        <p>Nothing has been said here yet. Write below, or begin with one of these:</p>
        <p class="openers">
          {OPENERS.map((text) => (
            <button type="button" class="button quiet" key={text} onClick={() => onSay(text)}>{text}</button>
          ))}
        </p>
      </>
    ) : (
      <p>Nothing has been said here yet.</p>
    )}
  </div>
);

/** Shapes of messages, while the first ones are on their way. */
export const Loading = () => (
  <div class="loading" aria-hidden="true"><i /><i /><i /><i /></div>
);

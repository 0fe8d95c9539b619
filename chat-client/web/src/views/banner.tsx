/* banner.tsx: what it means that the bot is out of this chat. */
import type { Chat } from '../state';
import { PersonIcon } from './icons';

export function Banner({ chat }: { chat: Chat }) {
  const words = meaning(chat);
  return words && (
    <aside class="banner" aria-label="Escalation">
      <PersonIcon />
      <p><strong>{words[0]}</strong> {words[1]}</p>
    </aside>
  );
}

function meaning({ standing, liveChat, agent, position }: Chat): [string, string] | null {
  if (standing === 'live') {
    return [`You are talking with ${agent || 'a person'}.`, 'The bot is out of this chat until it is handed back.'];
  }
  if (standing !== 'escalated') return null;
  if (!liveChat) {
    return [
      'This chat is escalated.',
      'The bot has stepped back, and nobody can take over here yet: what you write now cannot be delivered. What was said stays under your name.',
    ];
  }
  const place = position > 0 ? ` You are number ${position} in line.` : '';
  return ['This chat waits for a person.', `The bot no longer answers; what you write now is read by whoever takes over.${place}`];
}

/* strip.tsx: says when the connection is gone, and when it is back. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { LINK_NEEDED } from '../chat';
import type { Chat } from '../state';

const BACK_MS = 2_500;

export function Strip({ chat, onRetry }: { chat: Chat; onRetry: () => void }) {
  const isUp = !chat.name || (chat.line === 'open' && chat.loaded);
  const isBack = useJustBack(isUp, chat.name);
  const wasUp = chat.loaded || chat.line === 'waiting';
  return (
    <div class="strip-place">
      <div class={`strip ${isUp ? (isBack ? 'back' : 'gone') : 'down'}`}>
        <span role="status">
          {isUp ? (isBack ? 'Connected again.' : '')
            : chat.line === 'ended' ? LINK_NEEDED
            : wasUp ? 'Connection lost, trying again. What you write is kept.' : 'Connecting…'}
        </span>
        {chat.name && chat.line === 'waiting' && (
          <button type="button" class="button small" onClick={onRetry}>Try now</button>
        )}
      </div>
    </div>
  );
}

/** True for a moment after a connection that was lost is up again. */
function useJustBack(isUp: boolean, name: string): boolean {
  const [isBack, setBack] = useState(false);
  const before = useRef({ isUp, name, wasEverUp: false });
  useEffect(() => {
    const last = before.current;
    const isSame = last.name === name;
    const wasEverUp = isUp || (isSame && last.wasEverUp);
    before.current = { isUp, name, wasEverUp };
    setBack(isUp && isSame && !last.isUp && last.wasEverUp && name !== '');
    if (!isUp) return;
    const timer = setTimeout(() => setBack(false), BACK_MS);
    return () => clearTimeout(timer);
  }, [isUp, name]);
  return isBack;
}

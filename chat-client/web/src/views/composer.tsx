/* composer.tsx: where the message is written. */
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { PersonIcon, SendIcon } from './icons';

interface Props {
  text: string;
  field: RefObject<HTMLTextAreaElement>;
  canEscalate: boolean;
  onText: (text: string) => void;
  onSend: () => void;
  onEscalate: () => void;
}

export function Composer({ text, field, canEscalate, onText, onSend, onEscalate }: Props) {
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
  }, [text]);

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        onSend();
      }}
    >
      <div class="column">
        <label class="unseen" for="message">Message</label>
        <div class="paper">
          <textarea
            id="message" ref={field} rows={1} value={text} placeholder="Write something…" enterkeyhint="send"
            aria-describedby="keys" dir="auto" autocomplete="off"
            onInput={(event) => onText(event.currentTarget.value)}
            onKeyDown={(event) => {
              // While an input method composes a character, Enter belongs to it.
              if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
              event.preventDefault();
              onSend();
            }}
          />
          <button class="button send" type="submit"><span>Send</span> <SendIcon /></button>
        </div>
        <div class="under">
          <p id="keys"><kbd>Enter</kbd> sends, <kbd>Shift</kbd> <kbd>Enter</kbd> breaks the line</p>
          <button class="button plain" type="button" disabled={!canEscalate} onClick={onEscalate}>
            <PersonIcon /> Escalate
          </button>
        </div>
      </div>
    </form>
  );
}

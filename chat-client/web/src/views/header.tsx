/* header.tsx: who we are, and who you are. */
import type { RefObject } from 'preact';
import { Bell } from './icons';

interface Props {
  name: string;
  field: RefObject<HTMLInputElement>;
  /** By another site; it is not the visitor's to change. */
  isGiven: boolean;
  onName: (name: string) => void;
  onStart: () => void;
}

export const Header = ({ name, field, isGiven, onName, onStart }: Props) => (
  <header class="top">
    <h1 class="brand"><Bell /> Frontdesk</h1>
    <form
      class="who" autocomplete="on"
      onSubmit={(event) => {
        event.preventDefault();
        onStart();
      }}
    >
      <div class="who-field">
        <label for="name">Name</label>
        <input
          id="name" ref={field} type="text" value={name} readOnly={isGiven} autocomplete="nickname" autocapitalize="words"
          spellcheck={false} enterkeyhint="go" onInput={(event) => onName(event.currentTarget.value)}
        />
      </div>
      {!isGiven && <button class="button quiet" type="submit">Start chat as</button>}
    </form>
  </header>
);

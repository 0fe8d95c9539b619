/* icons.tsx: the few signs that the page uses, drawn for it. All are decoration: the words stand beside them. */
import type { JSX } from 'preact';

const Icon = ({ children, size = 20 }: { children: JSX.Element | JSX.Element[]; size?: number }) => (
  <svg
    class="icon" width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor"
    stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false"
  >
    {children}
  </svg>
);

/** The desk's bell: who we are. */
export const Bell = ({ size = 28 }: { size?: number }) => (
  <svg class="bell" width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true" focusable="false">
    <path class="bell-dome" d="M5 21a11 11 0 0 1 22 0z" />
    <path class="bell-shine" d="M9.5 19.2a7 7 0 0 1 4.6-5.7" stroke-width="1.8" stroke-linecap="round" />
    <path class="bell-metal" d="M16 10V7.4M13.4 6.6h5.2M4 24.6h24" stroke-width="2.4" stroke-linecap="round" />
  </svg>
);

export const SendIcon = () => <Icon><path d="M12 19V5M5.5 11.5 12 5l6.5 6.5" /></Icon>;
export const PersonIcon = () => <Icon><circle cx="12" cy="8" r="3.6" /><path d="M5 20a7 7 0 0 1 14 0" /></Icon>;
export const DownIcon = () => <Icon size={18}><path d="M12 5v14M5.5 12.5 12 19l6.5-6.5" /></Icon>;
export const CheckIcon = () => <Icon size={15}><path d="m5 12.5 4.5 4.5L19 7.5" /></Icon>;
export const ClockIcon = () => <Icon size={15}><circle cx="12" cy="12" r="8.5" /><path d="M12 7.5V12l3 2" /></Icon>;
export const AlertIcon = () => <Icon size={18}><circle cx="12" cy="12" r="9" /><path d="M12 7.5v5.5M12 16.4v.1" /></Icon>;
export const CloseIcon = () => <Icon size={18}><path d="m6 6 12 12M18 6 6 18" /></Icon>;

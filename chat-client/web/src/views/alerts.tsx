/* alerts.tsx: errors, in the top right corner, for five seconds each. */
import { AlertIcon, CloseIcon } from './icons';

export interface Alert {
  readonly id: number;
  readonly text: string;
}

export const ALERT_MS = 5_000;

export const Alerts = ({ alerts, onDismiss }: { alerts: readonly Alert[]; onDismiss: (id: number) => void }) => (
  <div class="alerts">
    {alerts.map(({ id, text }) => (
      <div class="alert" role="alert" key={id}>
        <AlertIcon />
        <span>{text}</span>
        <button type="button" class="alert-close" aria-label="Dismiss" onClick={() => onDismiss(id)}><CloseIcon /></button>
      </div>
    ))}
  </div>
);

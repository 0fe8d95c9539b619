/* times.ts: days and times as the reader's own country writes them. */

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });
const dayThisYear = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const dayOfAnyYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

export const timeOf = (at: number): string => (Number.isNaN(at) ? '' : clock.format(at));
export const momentOf = (at: number): string => (Number.isNaN(at) ? '' : full.format(at));
export const isoOf = (at: number): string => (Number.isNaN(at) ? '' : new Date(at).toISOString());

/** The local day as a number; the days of a year follow one another, also where clocks change. */
export function dayNumber(at: number): number {
  const d = new Date(at);
  return Date.UTC(d.getFullYear(), d.getMonth(), d.getDate()) / 86_400_000;
}

/** "today", "yesterday", "Monday, 3 March", "3 March 2024": as the locale says it. */
export function dayName(day: number, now: number): string {
  const ago = dayNumber(now) - day;
  if (ago === 0 || ago === 1) return capital(relative.format(-ago, 'day'));
  const noon = new Date(day * 86_400_000);
  const local = new Date(noon.getUTCFullYear(), noon.getUTCMonth(), noon.getUTCDate(), 12);
  return (local.getFullYear() === new Date(now).getFullYear() ? dayThisYear : dayOfAnyYear).format(local);
}

const capital = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);

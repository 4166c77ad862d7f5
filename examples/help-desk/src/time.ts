const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat("en-GB", { numeric: "always" });

const UNITS = [
  ["year", 365 * 24 * 60],
  ["month", 30 * 24 * 60],
  ["day", 24 * 60],
  ["hour", 60],
  ["minute", 1],
] as const;

/** `2 years ago`. */
export function age(dateTime: string, now: number): string {
  const minutes = (Date.parse(dateTime) - now) / 60_000;
  // From two of a unit on: 15 months say more than one year.
  const [unit, length] = UNITS.find(([, length]) => Math.abs(minutes) >= 2 * length) ?? UNITS[UNITS.length - 1]!;
  return relative.format(Math.trunc(minutes / length), unit);
}

/** `10 Aug 2025`. */
export function date(dateTime: string): string {
  return day.format(new Date(dateTime));
}

/** `10 Aug 2025, 14:05`. */
export function dateAndTime(when: string | number): string {
  return moment.format(new Date(when));
}

/** `59:03`, `7:59:03`. */
export function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, at) => (at === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

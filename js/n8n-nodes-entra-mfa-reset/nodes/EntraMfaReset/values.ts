// An expression may give anything, whatever the panel's field is for.
import { MfaResetError } from 'entra-mfa-reset';

type Fields = Record<string, unknown>;

/** What is given, trimmed; nothing for what is empty. */
export function text(name: string, value: unknown): string | undefined {
	if (value === undefined || value === null) {
		return undefined;
	}
	if (typeof value !== 'string' && typeof value !== 'number') {
		throw invalid(name, 'no text');
	}
	return String(value).trim() || undefined;
}

/** The words of a list, with commas, semicolons, spaces or lines between. */
export function words(name: string, value: unknown): string[] {
	return text(name, value)?.split(/[\s,;]+/).filter((word) => word !== '') ?? [];
}

/** Yes or no, as text, too: "false" means no. */
export function flag(name: string, value: unknown): boolean | undefined {
	const given = typeof value === 'boolean' ? String(value) : text(name, value)?.toLowerCase();
	if (given !== undefined && given !== 'true' && given !== 'false') {
		throw invalid(name, 'neither true nor false');
	}
	return given === undefined ? undefined : given === 'true';
}

/** A whole number, as text, too. */
export function whole(name: string, value: unknown): number | undefined {
	const given = text(name, value);
	if (given !== undefined && !/^[0-9]+$/.test(given)) {
		throw invalid(name, 'no whole number');
	}
	return given === undefined ? undefined : Number(given);
}

/** A time, which is one of `zone` where it names none, as the panel's times do. */
export function moment(name: string, value: unknown, zone: string): string | undefined {
	// What n8n calculates with has a value in milliseconds.
	const given = typeof value === 'object' && value !== null ? new Date(Number(value)) : text(name, value);
	if (given === undefined) {
		return undefined;
	}
	const [, date, time] = (typeof given === 'string' && /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?$/.exec(given)) || [];
	const at = date === undefined ? new Date(given).getTime() : inZone(Date.parse(`${date}T${time ?? '00:00'}Z`), zone);
	if (Number.isNaN(at)) {
		throw invalid(name, 'no time');
	}
	return new Date(at).toISOString();
}

/** The fields of a collection, which may be an expression as a whole. */
export function fields(name: string, value: unknown): Fields {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		throw invalid(name, 'no collection of fields');
	}
	return value as Fields;
}

/** The same without what is not given. */
export function given<T extends Fields>(values: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as ReturnType<typeof given<T>>;
}

export function invalid(name: string, what: string): MfaResetError {
	return new MfaResetError({
		code: 'invalidInput',
		message: `"${name}" is ${what}`,
		help: 'Correct the field, or what its expression gives for this item.',
		retryable: false,
	});
}

/** When the clocks of a zone show what a clock in Greenwich shows at `shown`. */
function inZone(shown: number, zone: string): number {
	if (Number.isNaN(shown)) {
		return shown;
	}
	const options = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
	const format = new Intl.DateTimeFormat('en-US', { ...options, timeZone: zone, hourCycle: 'h23' });
	const ahead = (at: number): number => {
		const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
		const [year = 0, month = 1, ...rest] = ['year', 'month', 'day', 'hour', 'minute', 'second'].map((type) => parts.get(type as Intl.DateTimeFormatPartTypes));
		const [day, hour, minute, second] = rest;
		return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
	};
	// The second look is for the hours around a change of the clocks.
	return shown - ahead(shown - ahead(shown));
}

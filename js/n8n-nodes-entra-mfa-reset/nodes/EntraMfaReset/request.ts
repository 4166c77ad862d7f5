import type { AllowPrivileged, Kind, PassOptions, ResetRequest } from 'entra-mfa-reset';
import type { ICredentialDataDecryptedObject, IExecuteFunctions } from 'n8n-workflow';

/** What one item asks for. */
export function requestOf(node: IExecuteFunctions, credentials: ICredentialDataDecryptedObject, item: number): ResetRequest {
	const user = String(node.getNodeParameter('user', item)).trim();
	const reason = String(node.getNodeParameter('reason', item, '')).trim();
	const methods = node.getNodeParameter('methods', item) as NonNullable<ResetRequest['methods']> | 'kinds';
	const { keep, notAfter, ...options } = node.getNodeParameter('options', item, {}) as Omit<ResetRequest, 'keep'> & { keep?: string };
	const kept = (keep ?? '').split(/[\s,]+/).filter((name) => name !== '');
	const isPass = node.getNodeParameter('issuePass', item) as boolean;
	const pass = passOf(node, item);
	return {
		...options,
		user,
		methods: methods === 'kinds' ? (node.getNodeParameter('kinds', item) as Kind[]) : methods,
		...(kept.length > 0 && { keep: kept }),
		...(notAfter && { notAfter: moment(notAfter) }),
		...(isPass && { temporaryAccessPass: Object.keys(pass).length === 0 ? (true as const) : pass }),
		...allowed(credentials),
		...(reason && { reason }),
	};
}

/** The pass's options; what is not given is the tenant's default. */
export function passOf(node: IExecuteFunctions, item: number): PassOptions {
	const { startDateTime, ...rest } = node.getNodeParameter('pass', item, {}) as PassOptions;
	return { ...rest, ...(startDateTime && { startDateTime: moment(startDateTime) }) };
}

/** How the guard's refusal is waived: by the credential alone. */
export function allowed(credentials: ICredentialDataDecryptedObject): { allowPrivileged?: AllowPrivileged } {
	switch (credentials.allowPrivileged) {
		case 'yes':
			return { allowPrivileged: true };
		case 'ifUnreadable':
			return { allowPrivileged: 'ifUnreadable' };
		default:
			return {};
	}
}

/** n8n's times may have no zone; what is no time is left for the library to refuse. */
function moment(text: string): string {
	const time = new Date(text);
	return Number.isNaN(time.getTime()) ? text : time.toISOString();
}

import type { AllowPrivileged, Kind, PassOptions, ResetRequest } from 'entra-mfa-reset';
import type { ICredentialDataDecryptedObject, IExecuteFunctions } from 'n8n-workflow';
import { fields, flag, given, invalid, moment, text, whole, words } from './values';

/** Whom one item names. */
export function userOf(node: IExecuteFunctions, item: number): string {
	const user = text('User', node.getNodeParameter('user', item, ''));
	if (user === undefined) {
		throw invalid('User', 'empty');
	}
	return user;
}

/** The ticket or note of one item, where it has one. */
export function reasonOf(node: IExecuteFunctions, item: number): { reason?: string } {
	return given({ reason: text('Reason', node.getNodeParameter('reason', item, '')) });
}

/** What one item asks for. */
export function requestOf(node: IExecuteFunctions, credentials: ICredentialDataDecryptedObject, item: number): ResetRequest {
	const options = fields('Options', node.getNodeParameter('options', item, {}));
	const keep = words('Keep', options.keep);
	const isPass = flag('Issue a Temporary Access Pass', node.getNodeParameter('issuePass', item));
	const pass = passOf(node, item);
	return {
		user: userOf(node, item),
		methods: methodsOf(node, item),
		...(keep.length > 0 && { keep }),
		...(isPass && { temporaryAccessPass: Object.keys(pass).length === 0 ? (true as const) : pass }),
		...given({
			notAfter: moment('Not After', options.notAfter, node.getTimezone()),
			perUserMfa: text('Per-User MFA', options.perUserMfa) as ResetRequest['perUserMfa'],
			revokeSessions: flag('Revoke Sessions', options.revokeSessions),
			stableOnly: flag('Stable API Only', options.stableOnly),
			verify: flag('Verify', options.verify),
		}),
		...allowed(credentials),
		...reasonOf(node, item),
	};
}

function methodsOf(node: IExecuteFunctions, item: number): ResetRequest['methods'] {
	const methods = text('Remove', node.getNodeParameter('methods', item));
	if (methods !== 'kinds') {
		return methods as ResetRequest['methods'];
	}
	const kinds = node.getNodeParameter('kinds', item) as Kind[];
	// It would be a reset that is complete and has removed nothing.
	if (!Array.isArray(kinds) || kinds.length === 0) {
		throw invalid('Kinds', 'empty, or no list');
	}
	return kinds;
}

/** The pass's options; what is not given is the tenant's default. */
export function passOf(node: IExecuteFunctions, item: number): PassOptions {
	const pass = fields('Pass', node.getNodeParameter('pass', item, {}));
	return given({
		lifetimeInMinutes: whole('Lifetime in Minutes', pass.lifetimeInMinutes),
		isUsableOnce: flag('Usable Once', pass.isUsableOnce),
		startDateTime: moment('Start', pass.startDateTime, node.getTimezone()),
	});
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

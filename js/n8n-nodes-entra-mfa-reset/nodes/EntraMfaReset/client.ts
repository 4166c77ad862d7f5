import { type Cloud, MfaResetClient, type MfaResetClientOptions, type MfaResetCredential } from 'entra-mfa-reset';
import type { ICredentialDataDecryptedObject, IHttpRequestMethods, IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';
import { words } from './values';

type Fetch = NonNullable<MfaResetClientOptions['fetch']>;

/** n8n's own way to send a request, with its proxies, certificates and egress rules. */
export type Send = (options: IHttpRequestOptions) => Promise<IN8nHttpFullResponse>;

/** A client for the tenant of a credential; a simulated one, where the credential says so. */
export async function open(credentials: ICredentialDataDecryptedObject, send: Send): Promise<MfaResetClient> {
	const text = (name: string) => String(credentials[name] ?? '').trim();
	const limits = { users: Number(credentials.maxUsers) };
	const protect = words('Protect', credentials.protect);
	if (credentials.signIn === 'sandbox') {
		const { SandboxTenant } = await import('entra-mfa-reset/sandbox');
		const { accessToken, fetch } = new SandboxTenant();
		return new MfaResetClient({ accessToken }, { limits, protect, fetch });
	}
	const optional = (name: string) => (text(name) === '' ? {} : { [name]: text(name) });
	return new MfaResetClient(credential(text), {
		limits,
		protect,
		cloud: text('cloud') as Cloud,
		...optional('graphUrl'),
		...optional('authorityHost'),
		fetch: through(send),
	});
}

function credential(text: (name: string) => string): MfaResetCredential {
	const application = { tenantId: text('tenantId'), clientId: text('clientId') };
	switch (text('signIn')) {
		case 'accessToken':
			return { accessToken: text('accessToken') };
		case 'certificate':
			return { ...application, certificate: text('certificate') };
		default:
			return { ...application, clientSecret: text('clientSecret') };
	}
}

/** `fetch`, as the library needs it, over n8n's helper: no redirect is followed, and no status is an error. */
function through(send: Send): Fetch {
	return async (url, init) => {
		const request: IHttpRequestOptions = {
			url,
			method: (init.method ?? 'GET') as IHttpRequestMethods,
			headers: Object.fromEntries(new Headers(init.headers)),
			// As text: n8n reads a form anew, and only from text.
			...(init.body ? { body: await new Response(init.body).text() } : {}),
			encoding: 'arraybuffer',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			...(init.signal ? { abortSignal: init.signal } : {}),
		};
		// The helper's error holds the request, and so the token: only its code goes on.
		const response = await send(request).catch((error: unknown) => ({ code: code(error) }));
		if ('code' in response) {
			throw new TypeError('fetch failed', { cause: response });
		}
		const { statusCode, body } = response;
		const headers = new Headers();
		for (const [name, value] of Object.entries(response.headers)) {
			headers.set(name, String(value));
		}
		const isEmpty = [204, 205, 304].includes(statusCode);
		return new Response(isEmpty ? null : (body as unknown as ArrayBuffer), { status: statusCode, headers });
	};
}

/** The system's code, of the error or of what it wraps. */
function code(error: unknown): string {
	for (let at = error; typeof at === 'object' && at !== null; at = (at as { cause?: unknown }).cause) {
		const found = (at as { code?: unknown }).code;
		if (typeof found === 'string') {
			return found;
		}
	}
	return 'failed';
}

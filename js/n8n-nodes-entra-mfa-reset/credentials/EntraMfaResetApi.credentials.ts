import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

/** A tenant, how to sign in to it, and what no workflow that uses it may do. */
export class EntraMfaResetApi implements ICredentialType {
	name = 'entraMfaResetApi';

	displayName = 'Entra MFA Reset API';

	icon: Icon = { light: 'file:entraMfaReset.svg', dark: 'file:entraMfaReset.dark.svg' };

	documentationUrl = 'https://github.com/contoso/entra-mfa-reset';

	properties: INodeProperties[] = [
		{
			displayName: 'Sign In With',
			name: 'signIn',
			type: 'options',
			options: [
				{ name: 'Access Token', value: 'accessToken', description: 'A token for Microsoft Graph; it cannot be renewed' },
				{ name: 'Certificate', value: 'certificate' },
				{ name: 'Client Secret', value: 'clientSecret' },
				{
					name: 'Sandbox (Simulation)',
					value: 'sandbox',
					description: 'A simulated tenant inside n8n, which begins anew with every execution. Nothing real is touched.',
				},
			],
			default: 'sandbox',
		},
		{
			displayName:
				'A simulation: a tenant inside n8n with the users of contoso.com, which begins anew with every execution. Try adele.vance@contoso.com. Nothing real is touched, and every item says "simulation": true.',
			name: 'sandboxNotice',
			type: 'notice',
			displayOptions: { show: { signIn: ['sandbox'] } },
			default: '',
		},
		{
			displayName: 'Directory (Tenant) ID',
			name: 'tenantId',
			type: 'string',
			placeholder: 'e.g. contoso.onmicrosoft.com',
			displayOptions: { show: { signIn: ['clientSecret', 'certificate'] } },
			required: true,
			default: '',
		},
		{
			displayName: 'Application (Client) ID',
			name: 'clientId',
			type: 'string',
			displayOptions: { show: { signIn: ['clientSecret', 'certificate'] } },
			required: true,
			default: '',
		},
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			displayOptions: { show: { signIn: ['clientSecret'] } },
			required: true,
			default: '',
		},
		{
			displayName: 'Certificate',
			name: 'certificate',
			type: 'string',
			typeOptions: { password: true, rows: 5 },
			description: 'The certificate and its RSA private key as PEM text, neither encrypted',
			placeholder: '-----BEGIN CERTIFICATE-----',
			displayOptions: { show: { signIn: ['certificate'] } },
			required: true,
			default: '',
		},
		{
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'string',
			typeOptions: { password: true },
			displayOptions: { show: { signIn: ['accessToken'] } },
			required: true,
			default: '',
		},
		{
			displayName: 'Cloud',
			name: 'cloud',
			type: 'options',
			options: [
				{ name: 'China (21Vianet)', value: 'china' },
				{ name: 'US Government (DoD)', value: 'usGovDoD' },
				{ name: 'US Government (GCC High)', value: 'usGov' },
				{ name: 'Worldwide, GCC', value: 'global' },
			],
			displayOptions: { hide: { signIn: ['sandbox'] } },
			default: 'global',
		},
		{
			displayName: 'Graph URL',
			name: 'graphUrl',
			type: 'string',
			placeholder: 'https://graph.microsoft.com',
			description: "Instead of the cloud's own; https, or http on this machine",
			displayOptions: { hide: { signIn: ['sandbox'] } },
			default: '',
		},
		{
			displayName: 'Sign-In URL',
			name: 'authorityHost',
			type: 'string',
			placeholder: 'https://login.microsoftonline.com',
			description: "Instead of the cloud's own; https, or http on this machine",
			displayOptions: { show: { signIn: ['clientSecret', 'certificate'] } },
			default: '',
		},
		{
			displayName: 'Administrators',
			name: 'allowPrivileged',
			type: 'options',
			options: [
				{ name: 'Allow', value: 'yes' },
				{ name: 'Refuse', value: 'no' },
				{
					name: 'Refuse, but Go on Where Roles Cannot Be Read',
					value: 'ifUnreadable',
				},
			],
			description: 'Whether workflows with this credential may reset users who hold a role. It is decided here, since an item may come from anywhere.',
			default: 'no',
		},
		{
			displayName: 'Protect',
			name: 'protect',
			type: 'string',
			typeOptions: { rows: 3 },
			placeholder: 'e.g. emergency@contoso.com',
			description: 'IDs or user principal names that are always refused, one a line or with commas between',
			default: '',
		},
		{
			displayName: 'Users at Most',
			name: 'maxUsers',
			type: 'number',
			typeOptions: { minValue: 1 },
			description: 'How many users one execution of the node may have. More are refused before any is touched.',
			default: 100,
		},
	];
}

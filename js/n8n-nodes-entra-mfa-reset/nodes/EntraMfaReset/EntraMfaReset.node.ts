import type { ErrorInfo, MfaResetClient, Report, Status } from 'entra-mfa-reset';
import { MfaResetError } from 'entra-mfa-reset';
import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IDataObject,
	IExecuteFunctions,
	INode,
	INodeCredentialTestResult,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';
import { open } from './client';
import { properties } from './properties';
import { allowed, passOf, requestOf } from './request';

export class EntraMfaReset implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Entra MFA Reset',
		name: 'entraMfaReset',
		icon: { light: 'file:entraMfaReset.svg', dark: 'file:entraMfaReset.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{$parameter["operation"]}}',
		description: 'Reset the multifactor authentication of Microsoft Entra ID users, and report truthfully what was done',
		defaults: { name: 'Entra MFA Reset' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'entraMfaResetApi', required: true, testedBy: 'entraMfaResetApiTest' }],
		properties,
	};

	methods = {
		credentialTest: {
			/** Signs in, and asks Graph nothing. */
			async entraMfaResetApiTest(
				this: ICredentialTestFunctions,
				{ data = {} }: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
			): Promise<INodeCredentialTestResult> {
				try {
					const client = await open(data, async ({ url, method, headers, body }) => {
						const request = { url, method, headers, body, encoding: null };
						// n8n offers a test of credentials this helper only.
						// eslint-disable-next-line @n8n/community-nodes/no-deprecated-workflow-functions
						return await this.helpers.request({ ...request, resolveWithFullResponse: true, simple: false, followRedirect: false });
					});
					const { checks, error } = await client.preflight({ methods: 'none', revokeSessions: false });
					const failed = error ?? checks.find(({ outcome }) => outcome === 'missing');
					if (failed) {
						return { status: 'Error', message: 'code' in failed ? sentence(failed as ErrorInfo) : 'The application lacks a permission' };
					}
					return { status: 'OK', message: data.signIn === 'sandbox' ? 'A simulation: nothing real is touched' : 'Signed in' };
				} catch (error) {
					return { status: 'Error', message: sentence(infoOf(error)) };
				}
			},
		},
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = this.getInputData();
		const credentials = await this.getCredentials('entraMfaResetApi');
		const most = Number(credentials.maxUsers);
		const node = this.getNode();
		if (!Number.isInteger(most) || most < 1) {
			throw new NodeOperationError(node, 'The credential says no greatest number of users', {
				description: 'Open it and set a whole number above 0.',
			});
		}
		if (items.length > most) {
			throw new NodeOperationError(node, `The input has ${items.length} users, and the credential takes ${most} at a time`, {
				description: 'Nobody was touched. Raise "Users at Most" in the credential if that is meant.',
			});
		}
		const client = await open(credentials, (options) => this.helpers.httpRequest(options)).catch((error) => {
			throw operationError(node, infoOf(error));
		});
		const run = new Run(this, client, credentials);
		for (let item = 0; item < items.length; item += 1) {
			await run.play(item);
		}
		return [run.end()];
	}
}

/** The items of one execution, one after the other. */
class Run {
	readonly #results: INodeExecutionData[] = [];
	/** The first of those that ended before anything was done. */
	#failure: NodeOperationError | undefined;
	#isDone = false;
	readonly #node: IExecuteFunctions;
	readonly #client: MfaResetClient;
	readonly #credentials: ICredentialDataDecryptedObject;
	readonly #signal: AbortSignal | undefined;

	constructor(node: IExecuteFunctions, client: MfaResetClient, credentials: ICredentialDataDecryptedObject) {
		this.#node = node;
		this.#client = client;
		this.#credentials = credentials;
		this.#signal = node.getExecutionCancelSignal();
	}

	async play(item: number): Promise<void> {
		try {
			this.#put(item, { ...(await this.#ask(item)) });
			this.#isDone = true;
		} catch (thrown) {
			this.#fail(item, infoOf(thrown));
		}
	}

	/**
	 * Where nothing was done for anybody, an error ends the node as n8n has it. Else it must not: n8n would throw away
	 * what is known of the others, their passes included. So it is in a report of its own.
	 */
	end(): INodeExecutionData[] {
		if (this.#failure !== undefined && !this.#isDone && !this.#node.continueOnFail()) {
			throw this.#failure;
		}
		return this.#results;
	}

	#fail(item: number, info: ErrorInfo): void {
		const error = operationError(this.#node.getNode(), info, item);
		if (this.#node.continueOnFail()) {
			// By this n8n knows what belongs to the error output; elsewhere it would keep the message alone.
			const isRouted = this.#node.getNode().onError === 'continueErrorOutput';
			this.#put(item, { error: info.message, code: info.code, help: info.help }, isRouted ? error : undefined);
		} else {
			this.#failure ??= error;
			const user = String(this.#node.getNodeParameter('user', item, ''));
			this.#put(item, { user: { userPrincipalName: user }, outcome: 'refused', error: { ...info } });
		}
	}

	#put(item: number, json: IDataObject, error?: NodeOperationError): void {
		const simulation = this.#credentials.signIn === 'sandbox' ? { simulation: true } : {};
		this.#results.push({ json: { ...json, ...simulation }, pairedItem: { item }, ...(error && { error }) });
	}

	#ask(item: number): Promise<Status | Report> {
		const options = { signal: this.#signal };
		const parameter = (name: string) => String(this.#node.getNodeParameter(name, item, '')).trim();
		const operation = parameter('operation');
		const user = parameter('user');
		const reason = parameter('reason');
		switch (operation) {
			case 'status':
				return this.#client.status(user, options);
			case 'plan':
				return this.#client.plan(requestOf(this.#node, this.#credentials, item), options);
			case 'reset':
				return this.#client.reset(requestOf(this.#node, this.#credentials, item), options);
			case 'revokeSessions':
				return this.#client.revokeSessions(user, { ...(reason && { reason }), ...options });
			case 'issueTemporaryAccessPass': {
				const pass = { ...passOf(this.#node, item), ...allowed(this.#credentials), ...(reason && { reason }) };
				return this.#client.issueTemporaryAccessPass(user, { ...pass, ...options });
			}
			default:
				throw new NodeOperationError(this.#node.getNode(), `There is no operation "${operation}"`, { itemIndex: item });
		}
	}
}

function infoOf(thrown: unknown): ErrorInfo {
	if (thrown instanceof MfaResetError) {
		return thrown.toJSON();
	}
	// What n8n itself says of a parameter is for people; of anything else only the name goes on.
	const isOfNode = thrown instanceof NodeOperationError;
	const message = isOfNode ? thrown.message : `The node failed with ${thrown instanceof Error ? thrown.name : typeof thrown}`;
	return { code: 'internal', message, help: isOfNode ? (thrown.description ?? '') : 'Please report it, without any secret.', retryable: false };
}

function operationError(node: INode, info: ErrorInfo, itemIndex?: number): NodeOperationError {
	return new NodeOperationError(node, `${info.message} (${info.code})`, { description: info.help, ...(itemIndex !== undefined && { itemIndex }) });
}

function sentence({ message, help }: ErrorInfo): string {
	return `${message.replace(/\.?$/, '.')} ${help}`;
}

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
import { ExpressionError, NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';
import { open } from './client';
import { properties } from './properties';
import { allowed, passOf, reasonOf, requestOf, userOf } from './request';

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
		const run = new Run(this);
		const items = this.getInputData().map((_, item) => item);
		try {
			await run.begin(items.length);
		} catch (thrown) {
			// Where the node is to go on after an error, n8n lets all items of a node that throws through as if they were
			// done: so each of them has the error.
			const info = infoOf(thrown);
			items.forEach((item) => run.fail(item, info));
			return [run.end()];
		}
		for (const item of items) {
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
	readonly #signal: AbortSignal | undefined;
	#credentials: ICredentialDataDecryptedObject = {};
	#client: MfaResetClient | undefined;

	constructor(node: IExecuteFunctions) {
		this.#node = node;
		this.#signal = node.getExecutionCancelSignal();
	}

	/** What concerns all of them. */
	async begin(users: number): Promise<void> {
		this.#credentials = await this.#node.getCredentials('entraMfaResetApi');
		const most = Number(this.#credentials.maxUsers);
		if (!Number.isInteger(most) || most < 1) {
			throw refusal('The credential says no greatest number of users', 'Open it and set a whole number above 0.');
		}
		if (users > most) {
			const help = 'Nobody was touched. Raise "Users at Most" in the credential if that is meant.';
			throw refusal(`The input has ${users} users, and the credential takes ${most} at a time`, help);
		}
		this.#client = await open(this.#credentials, (options) => this.#node.helpers.httpRequest(options));
	}

	async play(item: number): Promise<void> {
		try {
			const answer = await this.#ask(item);
			this.#put(item, { ...answer });
			this.#isDone = true;
			if (this.#signal?.aborted && 'outcome' in answer) {
				// n8n throws away what a cancelled execution returns, and what was done must not be lost.
				const { userPrincipalName, id } = answer.user;
				this.#node.logger.warn(`Cancelled: the MFA reset of ${userPrincipalName ?? id} is ${answer.outcome}`);
			}
		} catch (thrown) {
			this.fail(item, infoOf(thrown));
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

	/** Nothing was done for this one. */
	fail(item: number, info: ErrorInfo): void {
		const error = operationError(this.#node.getNode(), info, item);
		if (this.#node.continueOnFail()) {
			// By this n8n knows what belongs to the error output; elsewhere it would keep the message alone.
			const isRouted = this.#node.getNode().onError === 'continueErrorOutput';
			this.#put(item, { error: info.message, code: info.code, help: info.help }, isRouted ? error : undefined);
		} else {
			this.#failure ??= error;
			this.#put(item, { user: this.#named(item), outcome: 'refused', error: { ...info } });
		}
	}

	#put(item: number, json: IDataObject, error?: NodeOperationError): void {
		const simulation = this.#credentials.signIn === 'sandbox' ? { simulation: true } : {};
		this.#results.push({ json: { ...json, ...simulation }, pairedItem: { item }, ...(error && { error }) });
	}

	/** Whom a report is about that has nothing else to say. */
	#named(item: number): { id?: string; userPrincipalName?: string } {
		try {
			const user = userOf(this.#node, item);
			return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(user) ? { id: user } : { userPrincipalName: user };
		} catch {
			// Its expression gives none.
			return {};
		}
	}

	#ask(item: number): Promise<Status | Report> {
		const node = this.#node;
		const client = this.#client as MfaResetClient;
		const options = { signal: this.#signal };
		const operation = String(node.getNodeParameter('operation', item, ''));
		switch (operation) {
			case 'status':
				return client.status(userOf(node, item), options);
			case 'plan':
				return client.plan(requestOf(node, this.#credentials, item), options);
			case 'reset':
				return client.reset(requestOf(node, this.#credentials, item), options);
			case 'revokeSessions':
				return client.revokeSessions(userOf(node, item), { ...reasonOf(node, item), ...options });
			case 'issueTemporaryAccessPass': {
				const pass = { ...passOf(node, item), ...allowed(this.#credentials), ...reasonOf(node, item) };
				return client.issueTemporaryAccessPass(userOf(node, item), { ...pass, ...options });
			}
			default:
				throw refusal(`There is no operation "${operation}"`, 'Choose one of those that the panel offers.');
		}
	}
}

function infoOf(thrown: unknown): ErrorInfo {
	if (thrown instanceof MfaResetError) {
		return thrown.toJSON();
	}
	// What n8n itself says of a parameter is for people; of anything else only the name goes on.
	if (thrown instanceof NodeOperationError || thrown instanceof ExpressionError) {
		return { code: 'invalidInput', message: thrown.message, help: thrown.description ?? '', retryable: false };
	}
	const name = thrown instanceof Error ? thrown.name : typeof thrown;
	return { code: 'internal', message: `The node failed with ${name}`, help: 'Please report it, without any secret.', retryable: false };
}

function refusal(message: string, help: string): MfaResetError {
	return new MfaResetError({ code: 'invalidInput', message, help, retryable: false });
}

function operationError(node: INode, info: ErrorInfo, itemIndex?: number): NodeOperationError {
	return new NodeOperationError(node, `${info.message} (${info.code})`, { description: info.help, ...(itemIndex !== undefined && { itemIndex }) });
}

function sentence({ message, help }: ErrorInfo): string {
	return `${message.replace(/\.?$/, '.')} ${help}`;
}

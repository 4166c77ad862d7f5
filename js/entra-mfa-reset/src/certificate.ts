import { invalidInput } from "./error.js";

const ALGORITHM = { name: "RSA-PSS", hash: "SHA-256" };
const SALT_LENGTH = 32;
const LIFETIME_SECONDS = 600;
const HELP = "Pass the certificate and its RSA private key as PEM text, both in one: -----BEGIN CERTIFICATE----- and -----BEGIN PRIVATE KEY-----, without a password.";
/** The object identifier of elliptic curves' keys, as DER has it. */
const EC_KEY = "06072a8648ce3d0201";
/** What stands before a PKCS#1 key in PKCS#8: version 0, and the algorithm rsaEncryption. */
const PKCS8_HEAD = [0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

/**
 * Signs client assertions with a certificate's key, as Entra documents it: PS256, with the SHA-256 thumbprint.
 *
 * Written out, since a JWT library would bring no PEM, no PKCS#1 and no thumbprint: what it would save are the three
 * lines that join header, claims and signature.
 *
 * @internal
 */
export async function signer(clientId: string, pem: string): Promise<(audience: string) => Promise<string>> {
  const blocks = [...pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g)].map(([, label = "", body = ""]) => ({ label, body }));
  const certificates = blocks.filter(({ label }) => label === "CERTIFICATE").map(({ body }) => der(body));
  const keys = blocks.filter(({ label }) => label.endsWith("PRIVATE KEY"));
  const [key] = keys;
  if (certificates.length === 0 || key === undefined || keys.length > 1) {
    const what = certificates.length === 0 ? "no certificate" : key === undefined ? "no private key" : "more than one private key";
    throw invalidInput(`The certificate's PEM text has ${what}.`, HELP);
  }
  if (key.label.startsWith("ENCRYPTED") || key.body.includes("ENCRYPTED")) {
    throw invalidInput("The certificate's private key is encrypted.", "Take the password off first: openssl pkey -in FILE -out FILE. Then keep the file as you would keep a password.");
  }
  const bytes = key.label === "RSA PRIVATE KEY" ? pkcs8(der(key.body)) : der(key.body);
  if (key.label === "EC PRIVATE KEY" || hex(bytes).includes(EC_KEY)) {
    throw invalidInput("The certificate's private key is one of an elliptic curve, and Entra takes RSA keys only.", HELP);
  }
  const privateKey = await importKey(bytes);
  const { n = "" } = await crypto.subtle.exportKey("jwk", privateKey);
  const modulus = hex(der(n.replaceAll("-", "+").replaceAll("_", "/")));
  // A chain may stand beside it, in any order.
  const certificate = certificates.find((certificate) => hex(certificate).includes(modulus));
  if (certificate === undefined) {
    throw invalidInput("The private key does not belong to the certificate.", HELP);
  }
  const thumbprint = base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", certificate)));
  const header = part({ alg: "PS256", typ: "JWT", "x5t#S256": thumbprint });
  return async (audience) => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { aud: audience, iss: clientId, sub: clientId, jti: crypto.randomUUID(), nbf: now, iat: now, exp: now + LIFETIME_SECONDS };
    const signed = `${header}.${part(claims)}`;
    const signature = await crypto.subtle.sign({ name: "RSA-PSS", saltLength: SALT_LENGTH }, privateKey, new TextEncoder().encode(signed));
    return `${signed}.${base64url(new Uint8Array(signature))}`;
  };
}

/** Extractable, so that it can be compared with the certificate. */
async function importKey(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey("pkcs8", bytes, ALGORITHM, true, ["sign"]);
  } catch {
    // Without the cause: what a platform says of a key may show some of it.
    throw invalidInput("The certificate's private key cannot be read.", HELP);
  }
}

function der(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64.replace(/\s/g, "")), (char) => char.charCodeAt(0));
  } catch {
    throw invalidInput("The certificate's PEM text is garbled.", HELP);
  }
}

function pkcs8(pkcs1: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(tagged(0x30, [...PKCS8_HEAD, ...tagged(0x04, [...pkcs1])]));
}

/** A DER value: tag, length, content. */
function tagged(tag: number, content: number[]): number[] {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return [tag, ...size, ...content];
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A part of a JWT. All of it is ASCII but the client id, which is the caller's. */
function part(content: object): string {
  return base64url(new TextEncoder().encode(JSON.stringify(content)));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

import { createPublicKey, createSecretKey, type JsonWebKey, KeyObject } from "node:crypto";
import type { JWK } from "jose";
import { optionError } from "../option-error.ts";
import { toSecret } from "./secrets.ts";

/** How tokens may be signed with a secret that both sides know. */
export type SecretAlgorithm = "HS256" | "HS384" | "HS512";

/** How tokens may be signed with a private key, of which this side knows the public one. */
export type PublicKeyAlgorithm =
  | "RS256"
  | "RS384"
  | "RS512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "ES256"
  | "ES384"
  | "ES512"
  | "EdDSA";

export type JwtAlgorithm = SecretAlgorithm | PublicKeyAlgorithm;

/** A public key: PEM, a certificate as PEM, a JWK, or a key of node:crypto. */
export type JwtPublicKey = string | JWK | KeyObject;

/** RFC 7518 section 3.2: a secret has at least as many bytes as the hash. */
const secretBytes: Readonly<Record<SecretAlgorithm, number>> = { HS256: 32, HS384: 48, HS512: 64 };

const rsa = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] as const;

/** What keys of a kind can check; the first one is the default. */
const algorithmsOfKey: Readonly<Record<string, readonly PublicKeyAlgorithm[]>> = {
  rsa,
  "ec prime256v1": ["ES256"],
  "ec secp384r1": ["ES384"],
  "ec secp521r1": ["ES512"],
  ed25519: ["EdDSA"],
};

/** RFC 7518 section 3.3. */
const minModulusBits = 2048;

export const secretAlgorithms: readonly SecretAlgorithm[] = ["HS256", "HS384", "HS512"];
export const publicKeyAlgorithms: readonly PublicKeyAlgorithm[] = [
  ...rsa,
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
];

/** A key, and the only algorithms that it is used with. */
export interface VerificationKey {
  readonly key: KeyObject;
  readonly algorithms: readonly JwtAlgorithm[];
}

/**
 * A key for HS256 to HS512, and for nothing else.
 *
 * @throws WindlassError `ERR_OPTION_INVALID`
 */
export function secretKey(
  option: string,
  secret: unknown,
  algorithms: readonly JwtAlgorithm[] = ["HS256"],
): VerificationKey {
  const minBytes = algorithms.map((algorithm) => {
    if (isSecretAlgorithm(algorithm)) return secretBytes[algorithm];
    throw optionError("algorithms", `${algorithm} needs a publicKey or a jwksUrl, not a secret`);
  });
  const key = createSecretKey(toSecret(option, secret, Math.max(...minBytes)));
  return { key, algorithms };
}

/**
 * A key that checks signatures of its own kind, and for nothing else: taken for a secret, anybody
 * could sign with it.
 *
 * @throws WindlassError `ERR_OPTION_INVALID`
 */
export function publicKey(
  option: string,
  given: unknown,
  algorithms: readonly JwtAlgorithm[] | undefined,
): VerificationKey {
  const key = toPublicKey(option, given);
  const { asymmetricKeyType: type = "", asymmetricKeyDetails: details } = key;
  const kind = type === "ec" ? `ec ${details?.namedCurve}` : type;
  const fitting: readonly JwtAlgorithm[] = algorithmsOfKey[kind] ?? [];
  const [first] = fitting;
  if (first === undefined) throw optionError(option, `keys of the kind ${kind} cannot be used`);
  const { modulusLength = minModulusBits } = details ?? {};
  if (modulusLength < minModulusBits) {
    const problem = `expected RSA of at least ${minModulusBits} bits; seen ${modulusLength}`;
    throw optionError(option, problem);
  }
  const stranger = algorithms?.find((algorithm) => !fitting.includes(algorithm));
  if (stranger === undefined) return { key, algorithms: algorithms ?? [first] };
  throw optionError(
    "algorithms",
    `${stranger} is not for this key, which fits ${fitting.join(", ")}`,
  );
}

export function isSecretAlgorithm(algorithm: JwtAlgorithm): algorithm is SecretAlgorithm {
  return Object.hasOwn(secretBytes, algorithm);
}

function toPublicKey(option: string, given: unknown): KeyObject {
  try {
    return readPublicKey(given);
  } catch {
    // Without what failed: it may quote the key, which may be the private one.
    const problem = "expected a public key: PEM, a JWK, or a key of node:crypto";
    throw optionError(option, `${problem}; seen a ${typeof given} that is none`);
  }
}

function readPublicKey(given: unknown): KeyObject {
  if (typeof given === "string") return createPublicKey(given);
  if (given instanceof KeyObject) return given.type === "public" ? given : createPublicKey(given);
  return createPublicKey({ key: given as JsonWebKey, format: "jwk" });
}

// Base64url without padding (RFC 7515, section 2), and UTF-8.

export const bytesOf = (text) => new TextEncoder().encode(text);

export function encode(bytes) {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export const encodeText = (text) => encode(bytesOf(text));

/** The bytes, or null. Forgives what our server does not: padding, spaces, the other alphabet, spare bits at the end. */
export function decode(text) {
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}

export const isStrict = (text) => encode(decode(text) ?? []) === text;

const WORDS = /token|passw|pwd|secret|auth|bearer|cookie|session|credential|api[-_]?key|jwt/i;

/** Bytes of an unknown format with such a word in them may hold a secret in a form that nobody here reads. */
export const isSuspicious = (text: string): boolean => WORDS.test(text);

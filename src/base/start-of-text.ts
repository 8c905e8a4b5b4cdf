/** The first `most` UTF-16 units, or one less: a character of two is never cut in half. */
export const startOfText = (text: string, most: number): string =>
  text.slice(0, text.length > most && /[\ud800-\udbff]/.test(text.charAt(most - 1)) ? most - 1 : most);

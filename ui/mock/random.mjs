// Numbers that look random and are the same in every run: pictures and tests can be compared.
export function hash(...parts) {
    let state = 2166136261;
    for (const character of parts.join("|")) state = Math.imul(state ^ character.charCodeAt(0), 16777619);
    state ^= state >>> 15;
    state = Math.imul(state, 0x2c1b3c6d);
    return (state ^ (state >>> 12)) >>> 0;
}

export const pick = (list, ...parts) => list[hash(...parts) % list.length];
export const between = (low, high, ...parts) => low + (hash(...parts) % (high - low + 1));

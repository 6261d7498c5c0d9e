import type { MaybeInt64 } from "../api/types";

const unknown = "–";
const steps = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** Numbers, sizes and times as the chosen language writes them; what is not known is a dash. */
export class Format {
    private readonly whole: Intl.NumberFormat;
    private readonly short: Intl.NumberFormat;
    private readonly one: Intl.NumberFormat;
    private readonly moment: Intl.DateTimeFormat;
    private readonly clock: Intl.DateTimeFormat;

    constructor(readonly language: string) {
        this.whole = new Intl.NumberFormat(language);
        this.short = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
        this.one = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
        const time = { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23" } as const;
        this.moment = new Intl.DateTimeFormat(language, { year: "numeric", month: "2-digit", day: "2-digit", ...time });
        this.clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    }

    number = (value: MaybeInt64 | number): string =>
        value === null ? unknown : this.whole.format(typeof value === "string" ? BigInt(value) : value);

    compact = (value: MaybeInt64 | number): string =>
        value === null ? unknown : this.short.format(typeof value === "string" ? BigInt(value) : value);

    rate = (value: number | null): string =>
        value === null ? unknown : `${(value < 1000 ? this.one : this.short).format(value)}/s`;

    bytes = (value: MaybeInt64 | number): string => {
        if (value === null) return unknown;
        let size = Number(value); // for people: three digits of it are shown
        let step = 0;
        for (; Math.abs(size) >= 1024 && step < steps.length - 1; ++step) size /= 1024;
        return `${this.one.format(size)} ${steps[step]}`;
    };

    bytesRate = (value: number | null): string => (value === null ? unknown : `${this.bytes(value)}/s`);

    ms = (value: number | null): string => (value === null ? unknown : value < 1000 ? `${this.one.format(value)} ms` : `${this.one.format(value / 1000)} s`);

    time = (ms: MaybeInt64): string => (ms === null || Number(ms) < 0 ? unknown : this.moment.format(Number(ms)));

    hour = (ms: number): string => this.clock.format(ms);

    percent = (share: number): string => `${this.one.format(share * 100)} %`;

    /** 604800000 is "7 d": the largest unit that leaves nothing over. */
    duration = (ms: string): string => {
        if (!/^\d+$/.test(ms)) return ms;
        const value = BigInt(ms);
        const units: [bigint, string][] = [[86400000n, "d"], [3600000n, "h"], [60000n, "min"], [1000n, "s"]];
        const unit = units.find(([size]) => value >= size && value % size === 0n);
        return unit ? `${this.whole.format(value / unit[0])} ${unit[1]}` : `${this.whole.format(value)} ms`;
    };
}

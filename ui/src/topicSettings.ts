// What the form of a new topic holds, and what of it is sent.
import { type Availability, inUnits, isWholeNumber, sizes, units } from "./topicRules";

export interface Amount {
    amount: string; // empty: the cluster's default
    unit: string;
    unlimited: boolean;
}
export interface TopicSettings {
    availability: Availability | null;
    replicas: string;
    inSync: string;
    cleanup: string;
    time: Amount;
    size: Amount;
    message: Amount;
    expert: Record<string, string> | null;
}

const none: Amount = { amount: "", unit: "", unlimited: false };
export const startSettings: TopicSettings = {
    availability: null, replicas: "", inSync: "", cleanup: "",
    time: { ...none, unit: "d" }, size: { ...none, unit: "GiB" }, message: { ...none, unit: "MiB" }, expert: null,
};

export const timeOf = (amount: Amount) => inUnits(amount.amount, units[amount.unit as keyof typeof units]);
export const sizeOf = (amount: Amount) => inUnits(amount.amount, sizes[amount.unit as keyof typeof sizes]);
export const amountIsWrong = (amount: Amount, of: (amount: Amount) => string | null) => !amount.unlimited && amount.amount !== "" && of(amount) === null;
export const replicasAreWrong = (text: string) => text !== "" && !isWholeNumber(text, 1, 32767);

export function settingsAreWrong({ replicas, inSync, time, size, message }: TopicSettings): boolean {
    return replicasAreWrong(replicas) || replicasAreWrong(inSync) || amountIsWrong(time, timeOf) || amountIsWrong(size, sizeOf) || amountIsWrong(message, sizeOf);
}

/** What is sent: only what was chosen, so that the rest stays the cluster's default. */
export function configsOf({ inSync, cleanup, time, size, message, expert }: TopicSettings): Record<string, string> {
    const chosen: Record<string, string | null> = {
        "min.insync.replicas": inSync || null, "cleanup.policy": cleanup || null,
        "retention.ms": time.unlimited ? "-1" : timeOf(time), "retention.bytes": size.unlimited ? "-1" : sizeOf(size), "max.message.bytes": sizeOf(message),
        ...expert,
    };
    return Object.fromEntries(Object.entries(chosen).filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== ""));
}

import { ApiError, send, unreachable } from "./client";
import { EventParser } from "./events";
import type { Done, Message, Problem, Progress } from "./types";

export type Phase = "idle" | "running" | "following" | "end" | "limit" | "stopped" | "failed";

/** A message as it came; it is read when it is shown, so that a fast tail costs little. */
export class Row {
    private read: Message | undefined;
    constructor(private readonly text: string) {}
    get message(): Message {
        this.read ??= JSON.parse(this.text) as Message;
        return this.read;
    }
}

export interface Snapshot {
    phase: Phase;
    rows: readonly Row[]; // in the order they came; grows in place
    count: number; // rows that this snapshot has
    received: number; // rows that ever came
    progress: Progress | null;
    cursor: string | null;
    problem: Problem | null;
}

const nothing: Snapshot = { phase: "idle", rows: [], count: 0, received: 0, progress: null, cursor: null, problem: null };
const flushMs = 100;
export const rowsKept = 10_000; // of a tail; a search is bounded by its limit

/** One search at a time: what came so far, told to the page ten times a second at most. */
export class MessageStream {
    private snapshot = nothing;
    private rows: Row[] = [];
    private received = 0;
    private progress: Progress | null = null;
    private abort: AbortController | null = null;
    private timer: ReturnType<typeof setTimeout> | null = null;
    private readonly listeners = new Set<() => void>();

    subscribe = (listener: () => void): (() => void) => {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
    };
    get = (): Snapshot => this.snapshot;

    /** Starts anew, or goes on with what is there where the search has a cursor. */
    async start(url: string, live: boolean, more = false): Promise<void> {
        this.abort?.abort();
        const abort = new AbortController();
        this.abort = abort;
        if (!more) {
            this.rows = [];
            this.received = 0;
        }
        this.progress = null;
        this.publish({ phase: live ? "following" : "running", cursor: null, problem: null });
        try {
            const response = await send(url, { signal: abort.signal, headers: { accept: "text/event-stream" } });
            await this.read(response, abort, live);
            if (this.abort === abort && (this.snapshot.phase === "running" || this.snapshot.phase === "following")) {
                this.publish({ phase: "failed", problem: unreachable("the stream ended early") });
            }
        } catch (error) {
            if (this.abort !== abort) return;
            if (abort.signal.aborted) this.publish({ phase: "stopped" });
            else this.publish({ phase: "failed", problem: error instanceof ApiError ? error.problem : unreachable(error) });
        }
    }

    stop(): void {
        this.abort?.abort();
    }

    private async read(response: Response, abort: AbortController, live: boolean): Promise<void> {
        const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
        const parser = new EventParser();
        for (;;) {
            const piece = await reader?.read();
            if (!piece || piece.done || this.abort !== abort) return;
            for (const { event, data } of parser.feed(piece.value)) this.take(event, data, live);
        }
    }

    private take(event: string, data: string, live: boolean): void {
        if (event === "message") {
            this.rows.push(new Row(data));
            this.received++;
            if (live && this.rows.length > rowsKept * 1.2) this.rows = this.rows.slice(-rowsKept);
        } else if (event === "progress") {
            this.progress = JSON.parse(data) as Progress;
        } else if (event === "done") {
            const done = JSON.parse(data) as Done;
            this.progress = done.progress;
            this.publish({ phase: done.reason, cursor: done.cursor });
            return;
        } else if (event === "problem") {
            this.publish({ phase: "failed", problem: JSON.parse(data) as Problem });
            return;
        }
        this.timer ??= setTimeout(() => this.publish({}), flushMs);
    }

    private publish(next: Partial<Snapshot>): void {
        if (this.timer) clearTimeout(this.timer);
        this.timer = null;
        this.snapshot = { ...this.snapshot, ...next, rows: this.rows, count: this.rows.length, received: this.received, progress: this.progress };
        for (const listener of this.listeners) listener();
    }
}

import type { Problem } from "./types";

const base = "/api/v1";

/** What the API, or the way to it, refused. */
export class ApiError extends Error {
    readonly problem: Problem;
    constructor(problem: Problem) {
        super(problem.detail);
        this.problem = problem;
    }
}

export type Query = Record<string, string | number | boolean | readonly (string | number)[] | null | undefined>;

/** `/clusters/a/topics/b%2Fc`: every part is encoded, since a group's id may be any text. */
export function pathOf(...parts: (string | number)[]): string {
    return parts.map((part) => `/${encodeURIComponent(part)}`).join("");
}

export function urlOf(path: string, query: Query = {}): string {
    const words = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
        if (value === undefined || value === null || value === "" || value === false) continue;
        for (const one of Array.isArray(value) ? value : [value]) words.append(name, String(one));
    }
    const text = words.toString();
    return base + path + (text ? `?${text}` : "");
}

export async function problemOf(response: Response): Promise<Problem> {
    try {
        const body = (await response.json()) as Problem;
        if (typeof body.code === "string") return body;
    } catch {
        // not the console's own answer: its status has to do
    }
    return {
        type: "about:blank", title: response.statusText, status: response.status, code: "UNEXPECTED_ANSWER",
        detail: `HTTP ${response.status}`,
    };
}

export function unreachable(error: unknown): Problem {
    return { type: "about:blank", title: "", status: 0, code: "CONSOLE_UNREACHABLE", detail: String(error) };
}

let signedOut = (): void => undefined;
/** What to do once the console no longer knows our session: it ended, or the console started anew. */
export function whenSignedOut(act: () => void): void {
    signedOut = act;
}

/** fetch that turns every failure into an ApiError; one that was cancelled stays an AbortError. */
export async function send(url: string, options: RequestInit = {}): Promise<Response> {
    let response: Response;
    try {
        response = await fetch(url, options);
    } catch (error) {
        if (error instanceof DOMException && error.name === "AbortError") throw error;
        throw new ApiError(unreachable(error));
    }
    if (response.ok) return response;
    const problem = await problemOf(response);
    if (problem.code === "NOT_SIGNED_IN") signedOut();
    throw new ApiError(problem);
}

export async function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
    const response = await send(urlOf(path, query), signal ? { signal } : {});
    return (await response.json()) as T;
}

export async function change<T>(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown, query?: Query): Promise<T> {
    const options: RequestInit = { method };
    if (body !== undefined) {
        options.body = JSON.stringify(body);
        options.headers = { "content-type": "application/json" };
    }
    const response = await send(urlOf(path, query), options);
    return (response.status === 204 ? undefined : await response.json()) as T;
}

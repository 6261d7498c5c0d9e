// The mock console: answers the contract from generated data, and serves the built page as the real one will.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { makeClusters } from "./clusters.mjs";
import { clusterOf, clusterSummary, groups, summaryOf } from "./groups.mjs";
import { metrics, requests } from "./metrics.mjs";
import { compile, messageAt, produce } from "./messages.mjs";
import { badRequest, notFound, Refused } from "./problem.mjs";
import { topicConfigs } from "./configs.mjs";
import { download, stream } from "./stream.mjs";
import { brokers, topicOf, topics } from "./topics.mjs";

export const policy = [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "font-src 'self'", "connect-src 'self'",
    "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
].join("; ");
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".json": "application/json" };

export class Mock {
    constructor({ folder, password = null, readOnly = false, delay = 0 }) {
        Object.assign(this, { folder, password, readOnly, delay });
        this.clusters = makeClusters();
        this.server = createServer((request, response) => void this.serve(request, response));
    }

    listen(port = 0) {
        return new Promise((resolve) => this.server.listen(port, "127.0.0.1", () => resolve(`http://127.0.0.1:${this.server.address().port}`)));
    }
    close() {
        this.server.closeAllConnections();
        return new Promise((resolve) => this.server.close(resolve));
    }

    async serve(request, response) {
        const url = new URL(request.url, "http://console");
        try {
            if (!url.pathname.startsWith("/api/v1/")) return await this.file(url.pathname, response);
            if (this.delay) await new Promise((resume) => setTimeout(resume, this.delay));
            const path = url.pathname.slice("/api/v1/".length).split("/").map(decodeURIComponent);
            const answer = await this.answer(request, path, url.searchParams, response);
            if (answer === "taken") return undefined;
            if (!answer) throw notFound("NO_SUCH_PATH", "path", url.pathname);
            const [status, body, headers] = answer;
            response.writeHead(status, { "cache-control": "no-store", ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers });
            return response.end(body === undefined ? undefined : JSON.stringify(body));
        } catch (error) {
            if (response.headersSent) return response.destroy();
            const refused = error instanceof Refused ? error : new Refused(500, "BROKEN_MOCK", "The mock is broken", String(error?.stack ?? error));
            response.writeHead(refused.status, { "content-type": "application/problem+json" });
            return response.end(JSON.stringify(refused.body));
        }
    }

    async file(path, response) {
        const read = (file) => readFile(join(this.folder, normalize(file))).catch(() => null);
        const found = path === "/" ? null : await read(path);
        if (!found && path.startsWith("/assets/")) throw notFound("NO_SUCH_PATH", "file", path);
        const name = found ? path : "/index.html"; // a dot makes no file: names of topics have some
        const bytes = found ?? (await read(name));
        if (!bytes) throw notFound("NO_SUCH_PATH", "file", name);
        response.writeHead(200, { "content-type": types[extname(name)] ?? "application/octet-stream", "content-security-policy": policy, "x-content-type-options": "nosniff" });
        response.end(bytes);
    }

    signedIn(request) {
        return this.password === null || /riacho_session=mock/.test(request.headers.cookie ?? "");
    }
    session(request) {
        return { version: "0.1.0", auth: this.password === null ? "none" : "password", signed_in: this.signedIn(request), read_only: this.readOnly };
    }

    async answer(request, path, query, response) {
        const { method } = request;
        const body = await bodyOf(request);
        if (path[0] === "session") return this.answerSession(request, body);
        if (!this.signedIn(request)) throw new Refused(401, "NOT_SIGNED_IN", "Not signed in", "Sign in first.");
        if (path[0] === "expressions") return check(query);
        if (path[0] === "clusters" && path.length === 1) return [200, { items: [...this.clusters.values()].map(clusterSummary) }];
        const cluster = path[0] === "clusters" && this.clusters.get(path[1]);
        if (!cluster) throw notFound("NO_SUCH_CLUSTER", "cluster", path[1]);
        if (cluster.behave === "wait") return "taken";
        if (cluster.behave === "fail") {
            const { problem } = clusterSummary(cluster);
            throw new Refused(problem.status, problem.code, problem.title, problem.detail);
        }
        if (this.readOnly && method !== "GET") throw new Refused(403, "READ_ONLY", "This console is read-only", "It was started so; nothing was changed.");
        if (path[4] === "messages") return messages({ cluster, method, path: path.slice(3), query, body, response });
        const call = { cluster, method, path: path.slice(3), query, body, groupSummary: (one) => summaryOf(cluster, one) };
        switch (path[2]) {
            case undefined: return [200, clusterOf(cluster)];
            case "topics": return topics(call);
            case "topic-configs": return [200, { items: topicConfigs() }];
            case "groups": return groups(call);
            case "brokers": return brokers(call);
            case "metrics": return metrics(call);
            case "requests": return requests(call);
            default: return undefined;
        }
    }

    answerSession(request, body) {
        const cookie = (value, age) => ({ "set-cookie": `riacho_session=${value}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${age}` });
        if (request.method === "DELETE") return [204, undefined, cookie("", 0)];
        if (request.method === "GET") return [200, this.session(request)];
        if (body.password !== this.password) throw new Refused(401, "WRONG_PASSWORD", "Wrong password", "That is not the console's password.");
        return [200, { ...this.session(request), signed_in: true }, cookie("mock", 86400)];
    }
}

async function bodyOf(request) {
    const parts = [];
    for await (const part of request) parts.push(part);
    return parts.length ? JSON.parse(Buffer.concat(parts).toString()) : undefined;
}

function check(query) {
    try {
        compile(query.get("where") ?? "");
        return [200, { valid: true, problem: null }];
    } catch (error) {
        return [200, { valid: false, problem: error.body }];
    }
}

async function messages({ cluster, method, path, query, body, response }) {
    const topic = topicOf(cluster, path[0]);
    if (method === "POST") return produce(topic, body);
    if (path.length === 2) {
        await stream(topic, query, response);
        return "taken";
    }
    if (path[2] === "download") {
        download(topic, query, response);
        return "taken";
    }
    const message = messageAt(cluster, path);
    if (path.length === 4) return [200, message];
    const part = message[path[4]];
    if (!part) throw badRequest("BAD_REQUEST", "Bad request", "The part is key or value.");
    if (part.text === null) return [204];
    response.writeHead(200, { "content-type": "application/octet-stream", "content-disposition": "attachment" });
    response.end(part.format === "hex" ? Buffer.from(part.text, "hex") : part.text);
    return "taken";
}

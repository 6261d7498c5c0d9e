import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { EventParser } from "../src/api/events";
import { Mock } from "../mock/server.mjs";

interface Operation {
    operationId: string;
    summary?: string;
    tags?: string[];
    parameters?: { description?: string; $ref?: string }[];
    responses: Record<string, unknown>;
}
const contract = parse(readFileSync(join(import.meta.dirname, "../../src/console/openapi.yaml"), "utf8"));
const ajv = new Ajv2020({ strict: false, allErrors: true }).addSchema(contract, "contract");
const schemas = Object.keys(contract.components.schemas);
const methods = ["get", "post", "patch", "delete"];
const operations = Object.entries<Record<string, Operation>>(contract.paths).flatMap(([path, item]) =>
    methods.filter((method) => item[method]).map((method) => [`${method} ${path}`, item[method]] as [string, Operation]));

function expectValid(schema: string, value: unknown): void {
    const validate = ajv.getSchema(`contract#/components/schemas/${schema}`);
    expect(validate, schema).toBeTruthy();
    validate?.(value);
    expect(validate?.errors ?? [], JSON.stringify(value).slice(0, 300)).toEqual([]);
}

describe("the contract", () => {
    test.each(operations)("describes %s", (_, operation) => {
        expect(operation.operationId).toMatch(/^[a-z_]+$/);
        expect(operation.summary).toBeTruthy();
        expect(operation.tags).toHaveLength(1);
        expect(Object.keys(operation.responses)).toContain("default");
        for (const parameter of operation.parameters ?? []) expect(parameter.$ref ?? parameter.description).toBeTruthy();
    });
    test("has ids that are unique and schemas that compile", () => {
        const ids = operations.map(([, operation]) => operation.operationId);
        expect(new Set(ids).size).toBe(ids.length);
        for (const schema of schemas) expect(ajv.getSchema(`contract#/components/schemas/${schema}`), schema).toBeTruthy();
    });
    test("describes every field", () => {
        const silent: string[] = [];
        const visit = (schema: Record<string, unknown>, place: string): void => {
            for (const [name, field] of Object.entries((schema.properties ?? {}) as Record<string, Record<string, unknown>>)) {
                const isList = field.type === "array" && name !== "values";
                if (!field.description && !field.$ref && !isList) silent.push(`${place}.${name}`);
                visit((field.items as Record<string, unknown>) ?? field, `${place}.${name}`);
            }
        };
        for (const schema of schemas) visit(contract.components.schemas[schema], schema);
        expect(silent).toEqual([]);
    });
});

describe("the mock keeps to the contract", () => {
    const mock = new Mock({ folder: "/nowhere" });
    let base = "";
    beforeAll(async () => {
        base = `${await mock.listen()}/api/v1`;
    });
    afterAll(() => mock.close());
    const ask = async (path: string, options: RequestInit = {}) => fetch(base + path, options);
    const send = (method: string, path: string, body: unknown) => ask(path, { method, body: JSON.stringify(body), headers: { "content-type": "application/json" } });

    test.each([
        ["Session", "/session"], ["ClusterList", "/clusters"], ["Cluster", "/clusters/production"], ["BrokerList", "/clusters/production/brokers"],
        ["Broker", "/clusters/production/brokers/3"], ["ConfigList", "/clusters/riacho/brokers/1/configs"], ["LogFolderList", "/clusters/riacho/brokers/1/log-folders"],
        ["ConfigList", "/clusters/riacho/topic-configs"], ["TopicList", "/clusters/large/topics?limit=1000"], ["Topic", "/clusters/riacho/topics/meu-topico"],
        ["ConfigList", "/clusters/riacho/topics/meu-topico/configs"], ["GroupList", "/clusters/riacho/topics/meu-topico/groups"], ["GroupList", "/clusters/large/groups?sort=lag&order=desc"],
        ["Group", "/clusters/riacho/groups/meu-grupo"], ["Message", "/clusters/riacho/topics/meu-topico/messages/0/1"], ["Metrics", "/clusters/one/metrics?name=lag&name=size"],
        ["RequestList", "/clusters/riacho/requests"], ["RequestList", "/clusters/production/requests"], ["ExpressionCheck", "/expressions/check?where=key%20%3D"],
    ])("%s at %s", async (schema, path) => {
        const response = await ask(path);
        expect(response.status).toBe(200);
        expectValid(schema, await response.json());
    });
    test.each([
        ["/clusters/nowhere", 404, "NO_SUCH_CLUSTER"], ["/clusters/error", 503, "CLUSTER_UNREACHABLE"], ["/clusters/riacho/topics/none", 404, "UNKNOWN_TOPIC_OR_PARTITION"],
        ["/clusters/riacho/groups/none", 404, "GROUP_ID_NOT_FOUND"], ["/clusters/riacho/topics/meu-topico/messages/0/99", 404, "NO_SUCH_MESSAGE"],
        ["/clusters/riacho/topics/meu-topico/messages?where=key%3D", 400, "BAD_EXPRESSION"],
    ])("a problem at %s", async (path, status, code) => {
        const response = await ask(path);
        expect(response.status).toBe(status);
        expect(response.headers.get("content-type")).toBe("application/problem+json");
        const problem = await response.json();
        expectValid("Problem", problem);
        expect(problem.code).toBe(code);
    });
    test("what changes something", async () => {
        const cluster = "/clusters/one";
        const created = await send("POST", `${cluster}/topics`, { name: "new", partitions: 2, configs: { "retention.ms": "1" } });
        expect(created.status).toBe(201);
        expectValid("CreatedTopic", await created.json());
        expect((await send("POST", `${cluster}/topics`, { name: "new" })).status).toBe(409);
        expectValid("Topic", await (await send("POST", `${cluster}/topics/new/partitions`, { total: 3 })).json());
        expectValid("ConfigList", await (await send("PATCH", `${cluster}/topics/new/configs`, { changes: [{ name: "retention.ms", operation: "delete" }] })).json());
        expectValid("ProducedMessage", await (await send("POST", `${cluster}/topics/new/messages`, { key: null, value: { text: "a" } })).json());
        expectValid("EmptiedTopic", await (await ask(`${cluster}/topics/new/empty`, { method: "POST" })).json());
        expectValid("OffsetMoves", await (await send("POST", `${cluster}/groups/meu-grupo/offsets`, { topics: [{ topic: "meu-topico" }], to: "shift", value: "-1", dry_run: true })).json());
        expect((await ask(`${cluster}/topics/new`, { method: "DELETE" })).status).toBe(204);
    });
    test("the stream of a search", async () => {
        const text = await (await ask("/clusters/riacho/topics/orders.created/messages?from=last:30&limit=10")).text();
        const events = new EventParser().feed(text).map(({ event, data }) => ({ event, data: JSON.parse(data) }));
        for (const { event, data } of events) expectValid({ message: "Message", progress: "Progress", done: "Done" }[event] ?? "Problem", data);
        expect(events.filter((one) => one.event === "message")).toHaveLength(10);
        expect(events.at(-1)?.data.reason).toBe("limit");
    });
});

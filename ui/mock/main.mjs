// node mock/main.mjs [PORT]: the mock console for development; RIACHO_MOCK_PASSWORD, RIACHO_MOCK_READ_ONLY and
// RIACHO_MOCK_TAIL (messages a second) change what it is.
import { Mock } from "./server.mjs";

const mock = new Mock({
    folder: new URL("../dist", import.meta.url).pathname,
    password: process.env.RIACHO_MOCK_PASSWORD ?? null,
    readOnly: process.env.RIACHO_MOCK_READ_ONLY === "1",
});
console.log(await mock.listen(Number(process.argv[2] ?? 9022)));

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const api = process.env.RIACHO_CONSOLE ?? "http://127.0.0.1:9022";

export default defineConfig({
    plugins: [react()],
    server: { proxy: { "/api": api } },
    build: {
        target: "es2023",
        outDir: process.env.RIACHO_UI_OUT ?? "dist",
        emptyOutDir: true,
        assetsInlineLimit: 0, // nothing from data: addresses, so that the content security policy can refuse them
        chunkSizeWarningLimit: 900,
        modulePreload: { polyfill: false },
    },
    test: { include: ["test/**/*.test.{ts,tsx}"] },
} as Parameters<typeof defineConfig>[0]);

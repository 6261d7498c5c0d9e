import { autocompletion, type CompletionContext, type CompletionResult, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";

const fields = ["key", "value", "headers", "partition", "offset", "timestamp"];
const words = ["and", "or", "not", "contains", "starts with", "matches", "exists", "in", "is null", "true", "false", "null"];

const language = StreamLanguage.define({
    token(stream) {
        if (stream.eatSpace()) return null;
        if (stream.match(/"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?/)) return "string";
        if (stream.match(/-?\d+(\.\d+)?/)) return "number";
        if (stream.match(/(?:and|or|not|contains|starts|with|matches|exists|in|is|null|true|false)\b/)) return "keyword";
        if (stream.match(/(?:key|value|headers|partition|offset|timestamp)\b/)) return "variableName";
        if (stream.match(/[=!<>~]+/)) return "operator";
        stream.next();
        return null;
    },
});

const colours = HighlightStyle.define([
    { tag: tags.string, color: "var(--good)" },
    { tag: tags.number, color: "var(--warn)" },
    { tag: tags.keyword, color: "var(--accent-text)", fontWeight: "560" },
    { tag: tags.variableName, color: "var(--text)", fontWeight: "560" },
    { tag: tags.operator, color: "var(--muted)" },
]);

const look = EditorView.theme({
    "&": { fontSize: "12.5px", color: "var(--text)", outline: "none !important" },
    ".cm-scroller": { fontFamily: "var(--mantine-font-family-monospace)", lineHeight: "20px" },
    ".cm-content": { padding: "6px 0", caretColor: "var(--text)" },
    ".cm-line": { padding: "0 10px" },
    ".cm-placeholder": { color: "var(--muted)" },
    ".cm-wrong": { textDecoration: "underline wavy var(--danger-text)", textUnderlineOffset: "3px" },
    ".cm-tooltip": { border: "1px solid var(--line-strong)", borderRadius: "6px", background: "var(--surface)", color: "var(--text)", overflow: "hidden" },
    ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mantine-font-family-monospace) !important", fontSize: "12.5px" },
    ".cm-tooltip-autocomplete ul li": { padding: "3px 8px !important" },
    ".cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--accent-soft) !important", color: "var(--accent-text) !important" },
});

const mark = StateEffect.define<number | null>();
const wrong = Decoration.mark({ class: "cm-wrong" });
const errors = StateField.define<DecorationSet>({
    create: () => Decoration.none,
    update(shown, transaction) {
        for (const effect of transaction.effects) {
            if (!effect.is(mark)) continue;
            const length = transaction.newDoc.length;
            if (effect.value === null || length === 0) return Decoration.none;
            const from = Math.min(effect.value, length - 1);
            return Decoration.set(wrong.range(from, from + 1));
        }
        return transaction.docChanged ? Decoration.none : shown;
    },
    provide: (field) => EditorView.decorations.from(field),
});

function complete(paths: readonly string[]) {
    return (context: CompletionContext): CompletionResult | null => {
        const word = context.matchBefore(/[\w.[\]*-]+/);
        if (!word && !context.explicit) return null;
        const options = [
            ...fields.map((label) => ({ label, type: "variable", boost: 2 })),
            ...paths.map((label) => ({ label, type: "property", boost: 1 })),
            ...words.map((label) => ({ label, type: "keyword" })),
        ];
        return { from: word?.from ?? context.pos, options, validFor: /^[\w.[\]*-]*$/ };
    };
}

interface EditorProps {
    value: string;
    paths: readonly string[];
    label: string;
    placeholder: string;
    error: number | null;
    onChange: (value: string) => void;
    onRun: () => void;
}

/** Lives in a shadow root: there CodeMirror's styles are adopted sheets, which the content policy allows. */
export default function ExpressionEditor({ value, paths, label, placeholder: hint, error, onChange, onRun }: EditorProps) {
    const place = useRef<HTMLDivElement>(null);
    const editor = useRef<EditorView>(undefined);
    const completion = useRef(new Compartment());
    const latest = useRef({ value, onChange, onRun });
    latest.current = { value, onChange, onRun };
    const said = useRef(new Set<string>()); // what was typed, and may come back as `value` when more is typed already

    useEffect(() => {
        const host = place.current;
        if (!host) return undefined;
        const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
        const oneLine = EditorState.transactionFilter.of((transaction) => (transaction.newDoc.lines > 1 ? [] : transaction));
        const run = Prec.high(keymap.of([{ key: "Enter", run: () => { latest.current.onRun(); return true; } }]));
        const made = new EditorView({
            root, parent: root,
            state: EditorState.create({
                doc: latest.current.value,
                extensions: [
                    Prec.highest(keymap.of(completionKeymap)), run, oneLine, history(), keymap.of([...defaultKeymap, ...historyKeymap]), language, syntaxHighlighting(colours), look, errors,
                    completion.current.of([]), placeholder(hint), EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
                    EditorView.updateListener.of((update) => {
                        if (!update.docChanged) return;
                        const text = update.state.doc.toString();
                        said.current.add(text);
                        latest.current.onChange(text);
                    }),
                ],
            }),
        });
        editor.current = made;
        return () => made.destroy();
    }, [hint, label]);
    useEffect(() => editor.current?.dispatch({ effects: completion.current.reconfigure(autocompletion({ override: [complete(paths)], icons: false })) }), [paths, hint, label]);
    useEffect(() => {
        const made = editor.current;
        if (!made) return;
        const text = made.state.doc.toString();
        if (text !== value && !said.current.has(value)) made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: value } });
        if (text === value) said.current.clear();
    }, [value]);
    useEffect(() => editor.current?.dispatch({ effects: mark.of(error) }), [error]);
    return <div ref={place} />;
}

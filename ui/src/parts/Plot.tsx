import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";

interface PlotProps {
    from: number;
    step: number;
    span: number; // that the axis shows, to the last value
    values: (number | null)[];
    marks: keyof typeof steps; // where the axis of values has its marks
    hour: (ms: number) => string;
    text: (value: number) => string;
}
const height = 140;
const steps = {
    any: undefined,
    whole: Array.from({ length: 46 }, (_, index) => [1, 2, 5][index % 3]! * 10 ** Math.floor(index / 3)),
    bytes: Array.from({ length: 60 }, (_, index) => 2 ** index), // so that sizes are round
};

/** A value between two gaps has no line: it gets a dot. */
function lonely(plot: UPlot): number[] {
    const values = plot.data[1] ?? [];
    return [...values.keys()].filter((index) => values[index] != null && values[index - 1] == null && values[index + 1] == null);
}

function options(width: number, colour: (name: string) => string, { hour, text, span, marks }: PlotProps): UPlot.Options {
    const font = "11px Inter, system-ui, sans-serif";
    const grid = { stroke: colour("--line"), width: 1 };
    const axis = { stroke: colour("--muted"), font, ticks: { show: false }, grid };
    return {
        width, height, padding: [8, 4, 0, 0],
        cursor: { y: false, points: { size: 6 } },
        legend: { show: false },
        scales: { x: { range: (_, low, high) => [Math.min(low, high - span / 1000), high] }, y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.12 : 1] } },
        axes: [
            { ...axis, grid: { show: false }, space: 70, size: 28, values: (_, times) => times.map((seconds) => hour(seconds * 1000)) },
            { ...axis, incrs: steps[marks], size: 74, space: 34, values: (_, at) => at.map(text) },
        ],
        series: [{}, { stroke: colour("--series-1"), width: 1.5, fill: `${colour("--series-1")}1f`, points: { show: true, size: 5, fill: colour("--series-1"), filter: lonely } }],
    };
}

export default function Plot(props: PlotProps) {
    const place = useRef<HTMLDivElement>(null);
    const plot = useRef<UPlot>(undefined);
    const scheme = useComputedColorScheme("light");
    const { from, step, values } = props;
    const latest = useRef(props);
    latest.current = props;
    const data: UPlot.AlignedData = [values.map((_, index) => (from + index * step) / 1000), values];
    const drawn = useRef(data);
    drawn.current = data;

    useEffect(() => {
        const parent = place.current;
        if (!parent) return undefined;
        const style = getComputedStyle(document.documentElement);
        const made = new UPlot(options(parent.clientWidth, (name) => style.getPropertyValue(name).trim(), latest.current), drawn.current, parent);
        plot.current = made;
        const observer = new ResizeObserver(() => made.setSize({ width: parent.clientWidth, height }));
        observer.observe(parent);
        return () => {
            observer.disconnect();
            made.destroy();
        };
    }, [scheme, props.span]);
    useEffect(() => plot.current?.setData(drawn.current), [from, step, values]);
    return <div ref={place} aria-hidden="true" />;
}

import { Link, type LinkProps, useLocation } from "@tanstack/react-router";
import { Fragment, type ReactNode, useEffect, useRef } from "react";

interface HeadProps {
    title: string;
    sub?: ReactNode;
    crumbs?: ReactNode[];
    beside?: ReactNode;
    actions?: ReactNode;
}

export function Head({ title, sub, crumbs, beside, actions }: HeadProps) {
    useEffect(() => {
        document.title = `${title} – Riacho`;
    }, [title]);
    return (
        <header>
            {crumbs && (
                <div className="crumbs">
                    {crumbs.map((crumb, index) => <Fragment key={index}>{index > 0 && <span aria-hidden="true">/</span>}{crumb}</Fragment>)}
                </div>
            )}
            <div className="head">
                <div className="head-title">
                    <div className="row"><h1>{title}</h1>{beside}</div>
                    {sub && <p className="sub">{sub}</p>}
                </div>
                {actions && <div className="row">{actions}</div>}
            </div>
        </header>
    );
}

export function Tabs({ label, tabs }: { label: string; tabs: { title: string; link: LinkProps }[] }) {
    const nav = useRef<HTMLElement>(null);
    const { pathname } = useLocation();
    // Where not all fit, the chosen one is in sight.
    useEffect(() => {
        void nav.current?.querySelector(".active")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }, [pathname]);
    return (
        <nav className="tabs" aria-label={label} ref={nav}>
            {tabs.map(({ title, link }) => (
                <Link key={title} {...link} activeOptions={{ exact: true, includeSearch: false }} activeProps={{ className: "active" }}>
                    {title}
                </Link>
            ))}
        </nav>
    );
}

export interface Tile {
    name: string;
    value: string;
    note?: ReactNode;
    small?: boolean;
    double?: boolean; // of two tiles' width
}

export function Tiles({ tiles }: { tiles: Tile[] }) {
    return (
        <dl className="tiles">
            {tiles.map(({ name, value, note, small, double }) => (
                <div key={name} className={double ? "tile double" : "tile"}>
                    <dt>{name}</dt>
                    <dd className={small ? "small mono" : ""} title={small ? value : undefined}>{value}</dd>
                    {note && <dd className="note">{note}</dd>}
                </div>
            ))}
        </dl>
    );
}

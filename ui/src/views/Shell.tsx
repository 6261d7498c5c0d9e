import { ActionIcon, Button, Menu, useMantineColorScheme } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useParams } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { change, get } from "../api/client";
import type { ClusterList, Session } from "../api/types";
import { changeLanguage, type Language, languages } from "../i18n";
import {
    AlertIcon, BrokersIcon, CheckIcon, CloseIcon, ConnectorsIcon, GroupsIcon, KsqlIcon, LanguageIcon, LeaveIcon, LightIcon, MenuIcon, MetricsIcon, OverviewIcon,
    SchemasIcon, TopicsIcon, UpDownIcon,
} from "../parts/Icons";
import { Bones, Empty, Failed } from "../parts/States";
import { SessionContext } from "../session";
import { SignInView } from "./SignInView";

function ClusterSwitch({ cluster }: { cluster: string }) {
    const { t } = useTranslation();
    const { data } = useQuery({ queryKey: ["clusters"], queryFn: ({ signal }) => get<ClusterList>("/clusters", {}, signal) });
    return (
        <Menu position="bottom-start" width="target" transitionProps={{ duration: 0 }}>
            <Menu.Target>
                <button type="button" className="cluster-switch" aria-label={`${t("nav.chooseCluster")}: ${cluster}`}>
                    <span className="name">{cluster}</span>
                    <UpDownIcon />
                </button>
            </Menu.Target>
            <Menu.Dropdown>
                {data?.items.map(({ name }) => (
                    <Menu.Item key={name} renderRoot={(props) => <Link to="/clusters/$cluster" params={{ cluster: name }} {...props} />} rightSection={name === cluster ? <CheckIcon /> : null}>
                        {name}
                    </Menu.Item>
                ))}
            </Menu.Dropdown>
        </Menu>
    );
}

function ClusterNav({ cluster }: { cluster: string }) {
    const { t } = useTranslation();
    const params = { cluster };
    const active = { className: "active" };
    return (
        <nav aria-label={t("nav.main")}>
            <Link className="nav-link" to="/clusters/$cluster" params={params} activeOptions={{ exact: true }} activeProps={active}><OverviewIcon />{t("nav.overview")}</Link>
            <Link className="nav-link" to="/clusters/$cluster/topics" params={params} activeProps={active}><TopicsIcon />{t("nav.topics")}</Link>
            <Link className="nav-link" to="/clusters/$cluster/groups" params={params} activeProps={active}><GroupsIcon />{t("nav.groups")}</Link>
            <Link className="nav-link" to="/clusters/$cluster/brokers" params={params} activeProps={active}><BrokersIcon />{t("nav.brokers")}</Link>
            <Link className="nav-link" to="/clusters/$cluster/metrics" params={params} activeProps={active}><MetricsIcon />{t("nav.metrics")}</Link>
            <div className="rail-title" id="services">{t("nav.services")}</div>
            {([["schemas", SchemasIcon], ["connectors", ConnectorsIcon], ["ksql", KsqlIcon]] as const).map(([service, Icon]) => (
                <Link key={service} className="nav-link" to="/clusters/$cluster/services/$service" params={{ cluster, service }} activeProps={active}>
                    <Icon />{t(`nav.${service}`)}<span className="later">{t("nav.later")}</span>
                </Link>
            ))}
        </nav>
    );
}

function Choices({ label, icon, children }: { label: string; icon: ReactNode; children: ReactNode }) {
    return (
        <Menu position="top-start" transitionProps={{ duration: 0 }}>
            <Menu.Target><ActionIcon variant="subtle" color="gray" size="md" aria-label={label} title={label}>{icon}</ActionIcon></Menu.Target>
            <Menu.Dropdown>{children}</Menu.Dropdown>
        </Menu>
    );
}

function Foot({ session }: { session: Session }) {
    const { t, i18n } = useTranslation();
    const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
    const client = useQueryClient();
    const schemes = { light: t("nav.light"), dark: t("nav.dark"), auto: t("nav.system") } as const;
    const signOut = async () => {
        await change("DELETE", "/session");
        await client.resetQueries();
    };
    const tick = (shown: boolean) => (shown ? <CheckIcon /> : null);
    return (
        <div className="rail-foot">
            <Choices label={t("nav.language")} icon={<LanguageIcon />}>
                {(Object.keys(languages) as Language[]).map((one) => (
                    <Menu.Item key={one} lang={one} rightSection={tick(i18n.language === one)} onClick={() => void changeLanguage(one)}>{languages[one]}</Menu.Item>
                ))}
            </Choices>
            <Choices label={t("nav.scheme")} icon={<LightIcon />}>
                {(Object.keys(schemes) as (keyof typeof schemes)[]).map((one) => (
                    <Menu.Item key={one} rightSection={tick(colorScheme === one)} onClick={() => setColorScheme(one)}>{schemes[one]}</Menu.Item>
                ))}
            </Choices>
            {session.auth === "password" && (
                <ActionIcon variant="subtle" color="gray" size="md" aria-label={t("nav.signOut")} title={t("nav.signOut")} onClick={() => void signOut()}><LeaveIcon /></ActionIcon>
            )}
            <span className="version">{session.version}</span>
        </div>
    );
}

function Frame({ session }: { session: Session }) {
    const { t } = useTranslation();
    const { cluster } = useParams({ strict: false });
    const { pathname } = useLocation();
    const [open, setOpen] = useState(false);
    const main = useRef<HTMLElement>(null);
    useEffect(() => setOpen(false), [pathname]);
    const brand = <Link to="/" className="brand"><img src="/icon.svg" alt="" width={22} height={22} /><span>Riacho</span></Link>;
    return (
        <div className="app">
            <a className="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>{t("common.skip")}</a>
            <div className="top">
                {brand}
                {session.read_only && <span className="tag warn">{t("common.readOnly")}</span>}
                <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("nav.menu")} aria-expanded={open} onClick={() => setOpen(!open)}>{open ? <CloseIcon /> : <MenuIcon />}</ActionIcon>
            </div>
            <div className={open ? "rail open" : "rail"}>
                {brand}
                {cluster ? <><ClusterSwitch cluster={cluster} /><ClusterNav cluster={cluster} /></> : (
                    <nav aria-label={t("nav.main")}><Link className="nav-link" to="/" activeProps={{ className: "active" }}><BrokersIcon />{t("nav.clusters")}</Link></nav>
                )}
                {session.read_only && <p className="muted" style={{ padding: "16px 10px 0", fontSize: 12, lineHeight: "17px" }}>{t("common.readOnlyText")}</p>}
                <Foot session={session} />
            </div>
            <main className="main" id="main" ref={main} tabIndex={-1}><Outlet /></main>
        </div>
    );
}

export function Shell() {
    const { data, error, refetch } = useQuery({ queryKey: ["session"], queryFn: ({ signal }) => get<Session>("/session", {}, signal) });
    if (error) return <main className="sign-in"><Failed error={error} retry={() => void refetch()} /></main>;
    if (!data) return <main className="main"><Bones lines={4} /></main>;
    if (!data.signed_in) return <SignInView session={data} />;
    return <SessionContext value={data}><Frame session={data} /></SessionContext>;
}

export function NoSuchPage() {
    const { t } = useTranslation();
    return <Empty title={t("errors.notFound")} text={t("errors.notFoundText")} action={<Link to="/">{t("errors.home")}</Link>} />;
}

export function Broken() {
    const { t } = useTranslation();
    return (
        <main className="state error" role="alert">
            <AlertIcon size={26} />
            <h1>{t("errors.crashed")}</h1>
            <p>{t("errors.crashedText")}</p>
            <div className="row"><Button variant="default" size="xs" onClick={() => location.reload()}>{t("errors.reload")}</Button></div>
        </main>
    );
}

import { NativeSelect } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { pathOf } from "../api/client";
import { Head } from "../parts/Page";
import { NothingFound, SearchField } from "../parts/SearchField";
import { Empty } from "../parts/States";
import { GroupTable } from "./GroupTable";

const states = ["stable", "preparing_rebalance", "empty", "dead"] as const;

export function GroupsView() {
    const { t } = useTranslation();
    const { cluster } = useParams({ from: "/clusters/$cluster/groups" });
    const search = useSearch({ from: "/clusters/$cluster/groups" });
    const navigate = useNavigate({ from: "/clusters/$cluster/groups" });
    const change = (next: Partial<typeof search>) => void navigate({ search: (now) => ({ ...now, ...next }), replace: true });
    const empty = search.search ? <NothingFound search={search.search} onClear={() => change({ search: undefined })} /> : <Empty title={t("groups.empty")} text={t("groups.emptyText")} />;
    return (
        <>
            <Head title={t("groups.title")} />
            <div className="bar">
                <SearchField label={t("groups.searchLabel")} value={search.search ?? ""} onChange={(value) => change({ search: value || undefined })} />
                <NativeSelect
                    aria-label={t("groups.stateName")} value={search.state ?? ""} onChange={(event) => change({ state: event.currentTarget.value || undefined })}
                    data={[{ value: "", label: t("groups.allStates") }, ...states.map((state) => ({ value: state, label: t(`groups.state.${state}`) }))]}
                />
            </div>
            <GroupTable
                cluster={cluster} path={`${pathOf("clusters", cluster)}/groups`} query={{ search: search.search, state: search.state }} empty={empty}
                order={{ sort: search.sort ?? "group", order: search.order ?? "asc" }} onOrder={change}
            />
        </>
    );
}

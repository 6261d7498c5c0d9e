import { useTranslation } from "react-i18next";
import type { ClusterState, GroupState, MaybeInt64 } from "../api/types";
import { shareOf } from "../api/numbers";
import { useFormat } from "../i18n";

const clusterTone = { connecting: "muted", online: "fine", degraded: "warned", offline: "bad" } as const;

export function ClusterMark({ state }: { state: ClusterState }) {
    const { t } = useTranslation();
    return <span className={`mark ${clusterTone[state]}`}>{t(`clusters.state.${state}`)}</span>;
}

const groupTone: Record<GroupState, string> = {
    stable: "fine", preparing_rebalance: "warned", completing_rebalance: "warned", assigning: "warned", reconciling: "warned", empty: "muted", dead: "bad", unknown: "muted",
};

export function GroupMark({ state }: { state: GroupState }) {
    const { t } = useTranslation();
    return <span className={`mark ${groupTone[state]}`}>{t(`groups.state.${state}`)}</span>;
}

/** A lag with its part of the largest lag beside it; `width`, in characters, keeps the bars of a column in one line. */
export function Lag({ lag, most, width }: { lag: MaybeInt64; most?: MaybeInt64; width?: number }) {
    const format = useFormat();
    return (
        <span className="row" style={{ justifyContent: "flex-end", flexWrap: "nowrap", gap: 10 }}>
            {most !== undefined && <span className="meter wide" aria-hidden="true"><span style={{ width: `${shareOf(lag, most) * 100}%` }} /></span>}
            <span className={lag !== null && lag !== "0" ? "" : "muted"} style={{ minWidth: width && `${width}ch` }}>{format.number(lag)}</span>
        </span>
    );
}

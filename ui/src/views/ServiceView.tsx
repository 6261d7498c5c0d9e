import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Head } from "../parts/Page";
import { Empty } from "../parts/States";
import { NoSuchPage } from "./Shell";

const services = ["schemas", "connectors", "ksql"] as const;

export function ServiceView() {
    const { t } = useTranslation();
    const { service } = useParams({ from: "/clusters/$cluster/services/$service" });
    const known = services.find((one) => one === service);
    if (!known) return <NoSuchPage />;
    return (
        <>
            <Head title={t(`nav.${known}`)} />
            <div className="card"><Empty title={t(`services.${known}`)} text={t("services.text")} /></div>
        </>
    );
}

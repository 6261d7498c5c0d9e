import { createRootRoute, createRoute, createRouter, Outlet } from "@tanstack/react-router";
import { configSearch, groupsSearch, listSearch, messageSearch, parseWords, produceSearch, rangeSearch, resetSearch, topicsSearch, wordsOf } from "./addresses";
import { AddTopicView } from "./views/AddTopicView";
import { BrokersView } from "./views/BrokersView";
import { BrokerMetrics, BrokerView, LogFolders } from "./views/BrokerView";
import { ClustersView } from "./views/ClustersView";
import { BrokerConfigs, TopicConfigs } from "./views/ConfigsView";
import { GroupsView } from "./views/GroupsView";
import { GroupLag, GroupMembers, GroupView } from "./views/GroupView";
import { MessagesView } from "./views/MessagesView";
import { MetricsView } from "./views/MetricsView";
import { OverviewView } from "./views/OverviewView";
import { ProduceView } from "./views/ProduceView";
import { ResetView } from "./views/ResetView";
import { ServiceView } from "./views/ServiceView";
import { Broken, NoSuchPage, Shell } from "./views/Shell";
import { TopicsView } from "./views/TopicsView";
import { TopicGroups, TopicPartitions, TopicView } from "./views/TopicView";

const root = createRootRoute({ component: Shell, notFoundComponent: NoSuchPage, errorComponent: Broken });
const clusters = createRoute({ getParentRoute: () => root, path: "/", component: ClustersView });
const cluster = createRoute({ getParentRoute: () => root, path: "/clusters/$cluster", component: Outlet });

const overview = createRoute({ getParentRoute: () => cluster, path: "/", component: OverviewView });
const topics = createRoute({ getParentRoute: () => cluster, path: "/topics", validateSearch: topicsSearch, component: TopicsView });
const addTopic = createRoute({ getParentRoute: () => cluster, path: "/add-topic", component: AddTopicView });
const topic = createRoute({ getParentRoute: () => cluster, path: "/topics/$topic", component: TopicView });
const topicOverview = createRoute({ getParentRoute: () => topic, path: "/", component: TopicPartitions });
const messages = createRoute({ getParentRoute: () => topic, path: "/messages", validateSearch: messageSearch, component: MessagesView });
const produce = createRoute({ getParentRoute: () => topic, path: "/produce", validateSearch: produceSearch, component: ProduceView });
const topicConfigs = createRoute({ getParentRoute: () => topic, path: "/configuration", validateSearch: configSearch, component: TopicConfigs });
const topicGroups = createRoute({
    getParentRoute: () => topic, path: "/groups", validateSearch: listSearch(["group", "state", "members", "lag"]),
    component: TopicGroups,
});
const groups = createRoute({ getParentRoute: () => cluster, path: "/groups", validateSearch: groupsSearch, component: GroupsView });
const group = createRoute({ getParentRoute: () => cluster, path: "/groups/$group", component: GroupView });
const groupLag = createRoute({ getParentRoute: () => group, path: "/", component: GroupLag });
const members = createRoute({ getParentRoute: () => group, path: "/members", component: GroupMembers });
const reset = createRoute({ getParentRoute: () => group, path: "/reset", validateSearch: resetSearch, component: ResetView });
const brokers = createRoute({ getParentRoute: () => cluster, path: "/brokers", validateSearch: listSearch(["id", "partitions", "leaders", "size"]), component: BrokersView });
const broker = createRoute({ getParentRoute: () => cluster, path: "/brokers/$broker", component: BrokerView });
const brokerConfigs = createRoute({ getParentRoute: () => broker, path: "/", validateSearch: configSearch, component: BrokerConfigs });
const folders = createRoute({ getParentRoute: () => broker, path: "/log-folders", component: LogFolders });
const brokerMetrics = createRoute({ getParentRoute: () => broker, path: "/metrics", component: BrokerMetrics });
const metrics = createRoute({ getParentRoute: () => cluster, path: "/metrics", validateSearch: rangeSearch, component: MetricsView });
const service = createRoute({ getParentRoute: () => cluster, path: "/services/$service", component: ServiceView });

const tree = root.addChildren([
    clusters,
    cluster.addChildren([
        overview, topics, addTopic, topic.addChildren([topicOverview, messages, produce, topicConfigs, topicGroups]),
        groups, group.addChildren([groupLag, members, reset]), brokers, broker.addChildren([brokerConfigs, brokerMetrics, folders]), metrics, service,
    ]),
]);

export const router = createRouter({ routeTree: tree, parseSearch: parseWords, stringifySearch: wordsOf, scrollRestoration: true, defaultPreload: false });

declare module "@tanstack/react-router" {
    interface Register {
        router: typeof router;
    }
}

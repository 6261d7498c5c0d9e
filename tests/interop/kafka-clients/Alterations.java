import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AlterConfigsRequest;
import org.apache.kafka.common.requests.AlterConfigsResponse;
import org.apache.kafka.common.requests.CreatePartitionsRequest;
import org.apache.kafka.common.requests.CreatePartitionsResponse;
import org.apache.kafka.common.requests.IncrementalAlterConfigsRequest;
import org.apache.kafka.common.requests.IncrementalAlterConfigsResponse;
import org.apache.kafka.common.requests.RequestHeader;

/** Alters topics, rightly and wrongly; a line for each question, with what the broker says to it behind a tab. */
public final class Alterations {
    private static final List<String> OPERATIONS = List.of("set", "delete", "append", "subtract", "such");
    private static final int TOPIC = 2;
    static String address;
    private static Admin admin;

    /** "append cleanup.policy=compact": an operation and a value, which may be missing. */
    private record Change(int operation, String key, String value) {
        static Change of(String text) {
            String[] words = text.split(" ", 2);
            String[] sides = words[1].split("=", 2);
            return new Change(OPERATIONS.indexOf(words[0]), sides[0], sides.length == 2 ? sides[1] : null);
        }
    }

    public static void main(String[] arguments) throws Exception {
        address = arguments[0];
        try (Admin made = Admin.create(Map.of("bootstrap.servers", address))) {
            admin = made;
            Map<String, String> configs = Map.of("retention.ms", "5000", "segment.ms", "60000");
            admin.createTopics(List.of(new NewTopic("one", 1, (short) 1), new NewTopic("grows", 1, (short) 1),
                new NewTopic("two", 1, (short) 1).configs(configs))).all().get(30, TimeUnit.SECONDS);
            admin.alterConsumerGroupOffsets("readers", Map.of(new TopicPartition("one", 0),
                new OffsetAndMetadata(0))).all().get(60, TimeUnit.SECONDS); // now __consumer_offsets is there
            lists();
            values();
            topics();
            byHand();
            asAWhole();
            partitions();
            brokers();
        }
        System.exit(0);
    }

    private static void tell(String question, String answer) {
        System.out.println(question + "\t" + answer);
    }

    // ---- by the Admin

    private static String told(KafkaFuture<?> answer) throws Exception {
        try {
            answer.get(30, TimeUnit.SECONDS);
            return "NONE";
        } catch (ExecutionException refused) {
            return Errors.forException(refused.getCause()) + " " + refused.getCause().getMessage();
        }
    }

    private static void alter(ConfigResource.Type type, String name, boolean only, String... changes)
        throws Exception {
        List<AlterConfigOp> operations = new ArrayList<>();
        for (String text : changes) {
            Change change = Change.of(text);
            operations.add(new AlterConfigOp(new ConfigEntry(change.key, change.value),
                OpType.forId((byte) change.operation)));
        }
        var answer = admin.incrementalAlterConfigs(Map.of(new ConfigResource(type, name), operations),
            new AlterConfigsOptions().validateOnly(only)).all();
        tell(type + " '" + name + "' " + String.join(", ", changes) + (only ? ", only to see" : ""), told(answer));
    }

    private static void alter(String... changes) throws Exception {
        alter(ConfigResource.Type.TOPIC, "one", false, changes);
    }

    private static void shows(String topic) throws Exception {
        Thread.sleep(200); // Kafka's broker learns it from its controller
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Map<String, String> own = new TreeMap<>();
        var told = admin.describeConfigs(List.of(resource)).all().get(30, TimeUnit.SECONDS).get(resource);
        for (ConfigEntry entry : told.entries()) {
            if (entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG) {
                own.put(entry.name(), entry.value());
            }
        }
        var described = admin.describeTopics(List.of(topic)).allTopicNames().get(30, TimeUnit.SECONDS).get(topic);
        tell("what " + topic + " is now", described.partitions().size() + " " + own);
    }

    private static void grow(String topic, boolean only, NewPartitions wanted) throws Exception {
        var answer = admin.createPartitions(Map.of(topic, wanted), new CreatePartitionsOptions().validateOnly(only));
        String assigned = wanted.assignments() == null ? "" : " assigned " + wanted.assignments();
        tell("partitions of '" + topic + "' " + wanted.totalCount() + assigned + (only ? ", only to see" : ""),
            told(answer.all()));
    }

    // ---- what the Admin would not send

    static ByteBufferAccessor ask(AbstractRequest request) throws IOException {
        ByteBuffer sent = request.serializeWithHeader(
            new RequestHeader(request.apiKey(), request.version(), "by-hand", 1));
        String[] place = address.split(":");
        try (Socket socket = new Socket(place[0], Integer.parseInt(place[1]))) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(ByteBuffer.allocate(4).putInt(sent.remaining()).array());
            socket.getOutputStream().write(sent.array(), sent.position(), sent.remaining());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            ByteBufferAccessor answer = new ByteBufferAccessor(ByteBuffer.wrap(in.readNBytes(in.readInt())));
            new ResponseHeaderData(answer, request.apiKey().responseHeaderVersion(request.version()));
            return answer;
        }
    }

    private static String one(String name, short error, String message) {
        return name + ": " + Errors.forCode(error) + (message == null ? "" : " " + message);
    }

    private record Resource(int type, String name, List<String> changes) {
    }

    private static Resource topic(String name, String... changes) {
        return new Resource(TOPIC, name, List.of(changes));
    }

    private static String question(String api, int version, Resource... resources) {
        StringBuilder text = new StringBuilder(api + " v" + version);
        for (Resource resource : resources) {
            text.append(" | ").append(resource.type).append(" '").append(resource.name).append("' ")
                .append(String.join(", ", resource.changes));
        }
        return text.toString();
    }

    private static void incremental(int version, Resource... resources) throws IOException {
        var data = new IncrementalAlterConfigsRequestData();
        for (Resource from : resources) {
            var to = new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                .setResourceType((byte) from.type).setResourceName(from.name);
            for (String text : from.changes) {
                Change change = Change.of(text);
                to.configs().add(new IncrementalAlterConfigsRequestData.AlterableConfig().setName(change.key)
                    .setConfigOperation((byte) change.operation).setValue(change.value));
            }
            data.resources().add(to);
        }
        var answer = IncrementalAlterConfigsResponse.parse(
            ask(new IncrementalAlterConfigsRequest(data, (short) version)), (short) version);
        List<String> told = new ArrayList<>();
        answer.data().responses().forEach(
            each -> told.add(one(each.resourceName(), each.errorCode(), each.errorMessage())));
        tell(question("incremental", version, resources), String.join(" | ", told));
    }

    private static void whole(int version, boolean only, Resource... resources) throws IOException {
        var data = new AlterConfigsRequestData().setValidateOnly(only);
        for (Resource from : resources) {
            var to = new AlterConfigsRequestData.AlterConfigsResource()
                .setResourceType((byte) from.type).setResourceName(from.name);
            for (String text : from.changes) {
                Change change = Change.of(text);
                to.configs().add(
                    new AlterConfigsRequestData.AlterableConfig().setName(change.key).setValue(change.value));
            }
            data.resources().add(to);
        }
        var answer = AlterConfigsResponse.parse(ask(new AlterConfigsRequest(data, (short) version)), (short) version);
        List<String> told = new ArrayList<>();
        answer.data().responses().forEach(
            each -> told.add(one(each.resourceName(), each.errorCode(), each.errorMessage())));
        tell(question(only ? "whole, only to see," : "whole", version, resources), String.join(" | ", told));
    }

    private static void grow(int version, String... topics) throws IOException {
        var data = new CreatePartitionsRequestData().setTimeoutMs(10_000);
        for (String text : topics) {
            String[] words = text.split(" ");
            data.topics().add(new CreatePartitionsRequestData.CreatePartitionsTopic().setName(words[0])
                .setCount(Integer.parseInt(words[1])).setAssignments(null));
        }
        var request = new CreatePartitionsRequest.Builder(data).build((short) version);
        var answer = CreatePartitionsResponse.parse(ask(request), (short) version);
        List<String> told = new ArrayList<>();
        answer.data().results().forEach(each -> told.add(one(each.name(), each.errorCode(), each.errorMessage())));
        tell("partitions v" + version + " " + String.join(", ", topics), String.join(" | ", told));
    }

    // ---- the questions

    private static void lists() throws Exception {
        alter("set retention.ms=1000");
        alter("set segment.bytes=2000000", "set cleanup.policy=compact");
        shows("one");
        alter("set retention.ms=1000");
        alter("delete retention.ms");
        alter("delete retention.ms");
        alter("delete retention");
        alter("append cleanup.policy=delete");
        alter("append cleanup.policy=delete");
        alter("append leader.replication.throttled.replicas=0:1,1:1");
        alter("append leader.replication.throttled.replicas=1:1,2:1");
        shows("one");
        alter("subtract leader.replication.throttled.replicas=1:1,2:1");
        alter("subtract cleanup.policy=compact");
        shows("one");
        alter("subtract cleanup.policy=compact");
        alter("subtract cleanup.policy=delete");
        shows("one");
        alter("delete cleanup.policy");
        alter("append cleanup.policy=compact");
        shows("one");
        alter("subtract follower.replication.throttled.replicas=1:1");
        alter("append follower.replication.throttled.replicas=");
        for (String operation : List.of("append", "subtract")) {
            alter(operation + " cleanup.policy=squash");
            alter(operation + " retention.ms=1");
            alter(operation + " retention=1");
        }
        alter("set retention.bytes=7", "set retention.bytes=8");
        alter("set retention.bytes=7", "delete retention.bytes");
        alter("set retention.bytes=7", "set segment.bytes=many");
        alter();
        alter("set retention=1");
        alter("set =1");
        shows("one");
    }

    private static void values() throws Exception {
        Map<String, List<String>> asked = new TreeMap<>();
        asked.put("retention.ms",
            List.of("", " ", "week", "-2", "1.5", "99999999999999999999", " 70 ", "0x10", "+5", "007"));
        asked.put("retention.bytes", List.of("-2", "-1"));
        asked.put("segment.bytes", List.of("0", "13", "500000", "1048576", "2147483648"));
        asked.put("cleanup.policy",
            List.of("", "squash", "compact,compact", "compact,", "delete, compact", "none", "Delete"));
        asked.put("min.cleanable.dirty.ratio", List.of("1.5", "-0.1", "half", "1", "0.25"));
        asked.put("preallocate", List.of("perhaps", "1", "TRUE"));
        asked.put("compression.type", List.of("brotli", "GZIP", "zstd"));
        asked.put("compression.gzip.level", List.of("0", "10", "-2", "9"));
        asked.put("compression.zstd.level", List.of("23", "0"));
        asked.put("message.timestamp.type", List.of("Sometime"));
        asked.put("leader.replication.throttled.replicas", List.of("x", "0:1,x", "*"));
        for (String key : List.of("max.message.bytes", "index.interval.bytes", "delete.retention.ms",
            "message.timestamp.after.max.ms", "message.timestamp.before.max.ms", "file.delete.delay.ms",
            "segment.jitter.ms", "min.compaction.lag.ms", "flush.ms")) {
            asked.put(key, List.of("-1"));
        }
        for (String key : List.of("min.insync.replicas", "segment.ms", "max.compaction.lag.ms", "flush.messages")) {
            asked.put(key, List.of("0"));
        }
        asked.put("segment.index.bytes", List.of("3"));
        asked.put("local.retention.ms", List.of("-3"));
        asked.put("remote.storage.enable", List.of("true"));
        asked.put("remote.log.copy.disable", List.of("true"));
        asked.put("message.downconversion.enable", List.of("false"));
        asked.put("message.format.version", List.of("3.0"));
        for (var entry : asked.entrySet()) {
            for (String value : entry.getValue()) {
                alter("set " + entry.getKey() + "=" + value);
            }
            if (List.of("cleanup.policy", "retention.ms").contains(entry.getKey())) {
                shows("one");
            }
        }
        alter("set min.compaction.lag.ms=2000", "set max.compaction.lag.ms=1000");
        alter("set retention.ms=1000", "set local.retention.ms=2000");
        shows("one");
        alter(ConfigResource.Type.TOPIC, "one", true, "set retention.bytes=7");
        alter(ConfigResource.Type.TOPIC, "one", true, "set retention.bytes=many");
        shows("one");
    }

    private static void topics() throws Exception {
        for (String name : List.of("nowhere", "", "a b", "..", "__cluster_metadata")) {
            alter(ConfigResource.Type.TOPIC, name, false, "set retention.bytes=7");
        }
        alter(ConfigResource.Type.TOPIC, "nowhere", false, "set retention.bytes=many");
        alter(ConfigResource.Type.TOPIC, "nowhere", false, "set retention=1");
        alter(ConfigResource.Type.TOPIC, "a b", true, "set retention.bytes=7");
        alter(ConfigResource.Type.TOPIC, "__consumer_offsets", false, "set min.compaction.lag.ms=1");
    }

    private static void byHand() throws Exception {
        for (int type : List.of(0, 3, 99)) {
            incremental(1, new Resource(type, "one", List.of("set retention.bytes=7")));
        }
        incremental(1, new Resource(4, "7", List.of("set log.cleaner.threads=1")));
        incremental(1, new Resource(4, "1", List.of("set log.cleaner.threads=1")));
        incremental(1, new Resource(8, "1", List.of("set no.such.logger=LOUD")));
        incremental(1, new Resource(16, "metrics", List.of("set no.such=1")));
        incremental(1, new Resource(32, "group", List.of("set no.such=1")));
        incremental(1, topic("one", "set retention.bytes"));
        incremental(1, topic("one", "append cleanup.policy"));
        incremental(1, topic("one", "set retention.bytes", "set retention.ms"));
        incremental(1, topic("one", "such retention.bytes=7"));
        incremental(1, topic("one", "set retention.bytes=7"), topic("one", "set retention.bytes=8"),
            topic("two", "set retention.bytes=9"));
        incremental(1);
        incremental(1, topic("one", "set retention.bytes=17"), topic("nowhere", "set retention.bytes=18"),
            topic("two", "set retention.bytes=19"));
        incremental(0, topic("one", "set retention.bytes=21"), topic("two", "set retention.bytes=x"));
        shows("one");
        shows("two");
    }

    private static void asAWhole() throws Exception {
        whole(2, false, topic("one", "set retention.ms=1000", "set segment.ms=7000"));
        shows("one");
        whole(2, false, topic("one", "set retention.bytes=1000"), topic("two", "set retention.ms=1"));
        shows("one");
        shows("two");
        whole(2, false, topic("one"));
        shows("one");
        for (String change : List.of("set retention.ms", "set retention=1", "set retention.ms=week")) {
            whole(2, false, topic("one", change));
        }
        whole(2, false, topic("one", "set retention.ms=1", "set retention.ms=2"));
        whole(2, false, topic("nowhere", "set retention.ms=1"), topic("two", "set retention.ms=2"));
        whole(2, false, topic("", "set retention.ms=1"));
        whole(2, false, topic("a b", "set retention.ms=1"));
        whole(2, false, new Resource(99, "one", List.of("set retention.ms=1")));
        whole(2, true, topic("one", "set retention.ms=1"));
        whole(2, true, topic("one", "set retention.ms=week"));
        shows("one");
        whole(1, false, topic("one", "set retention.ms=11"));
        whole(0, false, topic("one", "set retention.ms=12"));
        shows("one");
        shows("two");
    }

    private static void partitions() throws Exception {
        grow("grows", true, NewPartitions.increaseTo(3));
        grow("grows", false, NewPartitions.increaseTo(3));
        shows("grows");
        for (int count : List.of(3, 2, 0, -1)) {
            grow("grows", false, NewPartitions.increaseTo(count));
        }
        grow("grows", true, NewPartitions.increaseTo(2));
        for (String name : List.of("nowhere", "a b", "", "__cluster_metadata")) {
            grow(name, false, NewPartitions.increaseTo(60));
        }
        grow("__consumer_offsets", true, NewPartitions.increaseTo(60));
        grow("grows", false, NewPartitions.increaseTo(4, List.of(List.of(1))));
        grow("grows", true, NewPartitions.increaseTo(4, List.of(List.of(1))));
        grow("grows", false, NewPartitions.increaseTo(6, List.of(List.of(1))));
        for (List<List<Integer>> assignments : List.of(List.of(List.of(1), List.of(1)), List.<List<Integer>>of(),
            List.of(List.of(9)), List.of(List.of(1, 9)), List.of(List.of(1, 1)), List.of(List.<Integer>of()),
            List.of(List.of(-1)))) {
            grow("grows", false, NewPartitions.increaseTo(5, assignments));
        }
        grow("grows", true, NewPartitions.increaseTo(5, List.of(List.of(9))));
        grow(3, "grows 5", "two 2", "grows 6");
        grow(2, "grows 5", "nowhere 2", "two 2");
        grow(1, "grows 6");
        grow(0, "grows 7", "two 1");
        grow(3);
        shows("grows");
        shows("two");
    }

    private static void broker(String name, String... changes) throws Exception {
        alter(ConfigResource.Type.BROKER, name, false, changes);
    }

    private static void brokerShows(String name) throws Exception {
        Thread.sleep(500); // Kafka's broker learns it from its controller
        ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, name);
        Map<String, String> altered = new TreeMap<>();
        var told = admin.describeConfigs(List.of(resource)).all().get(30, TimeUnit.SECONDS).get(resource);
        for (ConfigEntry entry : told.entries()) {
            if (entry.source().name().startsWith("DYNAMIC_") && !entry.name().equals("min.insync.replicas")) {
                altered.put(entry.name(), entry.value() + " " + entry.source());
            }
        }
        tell("what broker '" + name + "' is now", altered.toString());
    }

    private static void brokers() throws Exception {
        for (String name : List.of("", "1")) {
            broker(name, "set log.retention.ms=70000");
            broker(name, "set log.segment.bytes=2000000", "set message.max.bytes=5000000");
            brokerShows(name);
            broker(name, "append log.cleanup.policy=compact");
            broker(name, "append log.retention.ms=1");
            broker(name, "delete message.max.bytes");
            broker(name, "delete message.max.bytes");
            broker(name, "set max.connections=1000", "set max.connections.per.ip=900");
            broker(name, "set num.io.threads=9");
            broker(name, "set log.cleaner.backoff.ms=14000");
            broker(name, "set compression.type=zstd");
            broker(name, "set unheard.of=1");
            brokerShows(name);
            for (String wrong : List.of("compression.type=brotli", "log.retention.ms=soon", "log.cleanup.policy=squash",
                "max.connections=-1", "num.partitions=3", "auto.create.topics.enable=false", "node.id=2",
                "num.io.threads=0", "ssl.keystore.password=secret", "log.roll.ms=0", "log.retention.hours=7",
                "message.max.bytes=-1", "log.message.timestamp.type=Sometime", "producer.id.expiration.ms=0",
                "log.cleaner.min.cleanable.ratio=2", "log.segment.bytes=1000", "min.insync.replicas=0")) {
                broker(name, "set " + wrong);
            }
            for (String gone : List.of("log.retention.ms", "log.segment.bytes", "log.cleanup.policy", "num.io.threads",
                "max.connections", "max.connections.per.ip", "log.cleaner.backoff.ms", "compression.type",
                "unheard.of")) {
                broker(name, "delete " + gone);
            }
            brokerShows(name);
        }
        alter(ConfigResource.Type.BROKER, "", true, "set log.retention.ms=1");
        broker("", "set sasl.enabled.mechanisms=PLAIN");
        brokerShows("");
        incremental(1, new Resource(4, "2", List.of("set log.retention.ms=1")));
        incremental(1, new Resource(4, "one", List.of("set log.retention.ms=1")));
        whole(2, false, new Resource(4, "1", List.of("set log.retention.ms=80000")));
        brokerShows("1");
        whole(2, false, new Resource(4, "1", List.of()));
        brokerShows("1");
        whole(2, false, new Resource(4, "1", List.of("set node.id=2")));
    }
}

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DeleteGroupsRequest;
import org.apache.kafka.common.requests.DeleteGroupsResponse;
import org.apache.kafka.common.requests.DeleteRecordsRequest;
import org.apache.kafka.common.requests.DeleteRecordsResponse;
import org.apache.kafka.common.requests.OffsetDeleteRequest;
import org.apache.kafka.common.requests.OffsetDeleteResponse;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Deletes records, groups and offsets, lists offsets and log folders; a line for each question, as Alterations. */
public final class Administration {
    private static Admin admin;

    public static void main(String[] arguments) throws Exception {
        Alterations.address = arguments[0];
        try (Admin made = Admin.create(Map.of("bootstrap.servers", arguments[0]))) {
            admin = made;
            admin.createTopics(List.of(new NewTopic("records", 2, (short) 1), topic("table", "compact"),
                topic("both", "compact,delete"), topic("neither", ""))).all().get(30, TimeUnit.SECONDS);
            fill();
            offsets();
            records();
            offsets();
            groups();
            folders();
        }
        System.exit(0);
    }

    private static NewTopic topic(String name, String policy) {
        return new NewTopic(name, 1, (short) 1).configs(Map.of("cleanup.policy", policy));
    }

    private static void fill() {
        Map<String, Object> settings = Map.of("bootstrap.servers", Alterations.address);
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            long[] times = {1000, 5000, 3000, 5000, 2000};
            for (int i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>("records", 0, times[i % 5], "key", "value " + i));
            }
            producer.send(new ProducerRecord<>("both", 0, 1000L, "key", "value"));
            producer.send(new ProducerRecord<>("neither", 0, 1000L, "key", "value"));
        }
    }

    private static void tell(String question, String answer) {
        System.out.println(question + "\t" + answer);
    }

    private interface Answer<T> {
        String of(T value);
    }

    private static <T> String told(KafkaFuture<T> future, Answer<T> answer) throws Exception {
        try {
            return "NONE " + answer.of(future.get(60, TimeUnit.SECONDS));
        } catch (ExecutionException refused) {
            return Errors.forException(refused.getCause()) + " " + refused.getCause().getMessage();
        }
    }

    private static void offsets() throws Exception {
        Map<String, OffsetSpec> questions = new TreeMap<>(Map.of("earliest", OffsetSpec.earliest(),
            "latest", OffsetSpec.latest(), "max timestamp", OffsetSpec.maxTimestamp(),
            "earliest local", OffsetSpec.earliestLocal(), "latest tiered", OffsetSpec.latestTiered(),
            "earliest pending upload", OffsetSpec.earliestPendingUpload(), "from 2000", OffsetSpec.forTimestamp(2000),
            "from 6000", OffsetSpec.forTimestamp(6000)));
        for (TopicPartition partition : List.of(new TopicPartition("records", 0), new TopicPartition("records", 1))) {
            for (var question : questions.entrySet()) {
                var found = admin.listOffsets(Map.of(partition, question.getValue())).partitionResult(partition);
                tell("offset in " + partition + " " + question.getKey(), told(found,
                    value -> value.offset() + " " + value.timestamp() + " " + value.leaderEpoch().isPresent()));
            }
        }
    }

    private static void records() throws Exception {
        for (String text : List.of("records-0 3", "records-0 2", "records-0 11", "records-0 -2", "table-0 0", "both-0 1",
            "neither-0 1", "records-1 -1", "records-1 1")) {
            String[] words = text.split("[- ]", 3);
            TopicPartition partition = new TopicPartition(words[0], Integer.parseInt(words[1]));
            var deleted = admin.deleteRecords(
                Map.of(partition, RecordsToDelete.beforeOffset(Long.parseLong(words[2]))));
            tell("delete records of " + text,
                told(deleted.lowWatermarks().get(partition), value -> "" + value.lowWatermark()));
        }
        for (short version = 0; version <= 2; version++) {
            deleteByHand(version, "nowhere", 0);
            deleteByHand(version, "records", 2);
            deleteByHand(version, "__consumer_offsets", 0);
        }
    }

    private static void deleteByHand(short version, String topic, int partition) throws Exception {
        var data = new DeleteRecordsRequestData().setTimeoutMs(10_000);
        data.topics().add(new DeleteRecordsRequestData.DeleteRecordsTopic().setName(topic).setPartitions(
            List.of(new DeleteRecordsRequestData.DeleteRecordsPartition().setPartitionIndex(partition))));
        var answer = DeleteRecordsResponse.parse(
            Alterations.ask(new DeleteRecordsRequest.Builder(data).build(version)), version);
        List<String> told = new ArrayList<>();
        answer.data().topics().forEach(each -> each.partitions().forEach(one ->
            told.add(Errors.forCode(one.errorCode()) + " " + one.lowWatermark())));
        tell("delete records v" + version + " of " + topic + "-" + partition, String.join(" | ", told));
    }

    private static void groups() throws Exception {
        for (String group : List.of("simple", "spared")) {
            admin.alterConsumerGroupOffsets(group, Map.of(new TopicPartition("records", 0), new OffsetAndMetadata(4),
                new TopicPartition("both", 0), new OffsetAndMetadata(1))).all().get(60, TimeUnit.SECONDS);
        }
        Map<String, Object> settings = Map.of("bootstrap.servers", Alterations.address, "group.id", "live",
            "auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("records"));
            while (consumer.poll(Duration.ofMillis(500)).isEmpty()) {
                // until it has its partitions
            }
            consumer.commitSync();
            delete("live", "records", 0);
            delete("live", "both", 0);
            delete("live");
            consumer.poll(Duration.ofMillis(100));
        }
        delete("live", "records", 0);
        delete("simple", "records", 0);
        delete("simple", "records", 0);
        delete("simple", "records", 1);
        delete("simple", "nowhere", 0);
        delete("nobody", "records", 0);
        left("simple");
        for (String group : List.of("simple", "live", "nobody", "simple")) {
            delete(group);
        }
        left("simple");
        left("spared");
        for (short version = 0; version <= 2; version++) {
            var data = new DeleteGroupsRequestData().setGroupsNames(List.of("", "nobody", "nobody"));
            var answer = DeleteGroupsResponse.parse(
                Alterations.ask(new DeleteGroupsRequest.Builder(data).build(version)), version);
            Map<String, String> told = new TreeMap<>();
            answer.data().results().forEach(one ->
                told.put(one.groupId(), Errors.forCode(one.errorCode()).name()));
            tell("delete groups v" + version, told.toString());
        }
        deleteOffsetsByHand("nobody", "nowhere");
        deleteOffsetsByHand("spared", "nowhere");
        deleteOffsetsByHand("", "records");
    }

    private static void delete(String group, String topic, int index) throws Exception {
        TopicPartition partition = new TopicPartition(topic, index);
        var deleted = admin.deleteConsumerGroupOffsets(group, Set.of(partition));
        tell("delete offsets of " + group + " in " + partition, told(deleted.partitionResult(partition), value -> ""));
    }

    private static void delete(String group) throws Exception {
        var deleted = admin.deleteConsumerGroups(List.of(group)).deletedGroups().get(group);
        tell("delete group " + group, told(deleted, value -> ""));
    }

    private static void left(String group) throws Exception {
        var offsets = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata();
        tell("what " + group + " has committed", told(offsets, value -> {
            Map<String, Long> sorted = new TreeMap<>();
            value.forEach((partition, committed) -> sorted.put(partition.toString(), committed.offset()));
            return sorted.toString();
        }));
    }

    private static void deleteOffsetsByHand(String group, String topic) throws Exception {
        var data = new OffsetDeleteRequestData().setGroupId(group);
        data.topics().add(new OffsetDeleteRequestData.OffsetDeleteRequestTopic().setName(topic).setPartitions(
            List.of(new OffsetDeleteRequestData.OffsetDeleteRequestPartition().setPartitionIndex(0))));
        var answer = OffsetDeleteResponse.parse(
            Alterations.ask(new OffsetDeleteRequest.Builder(data).build((short) 0)), (short) 0);
        List<String> told = new ArrayList<>();
        answer.data().topics().forEach(each ->
            each.partitions().forEach(one -> told.add(Errors.forCode(one.errorCode()).name())));
        tell("delete offsets v0 of '" + group + "' in " + topic,
            Errors.forCode(answer.data().errorCode()) + " " + told);
    }

    private static void folders() throws Exception {
        var described = admin.describeLogDirs(List.of(1)).descriptions().get(1).get(30, TimeUnit.SECONDS);
        described.forEach((folder, about) -> {
            Map<String, String> sorted = new TreeMap<>();
            about.replicaInfos().forEach((partition, replica) -> sorted.put(partition.toString(),
                (replica.size() > 0 ? "something" : "nothing") + (replica.isFuture() ? " future" : "")
                    + (replica.offsetLag() == 0 ? "" : " behind")));
            sorted.keySet().removeIf(name -> !name.matches("(records|table|both)-.*"));
            tell("what lies in the log folder", sorted + " total " + (about.totalBytes().orElse(-1) > 0) + " usable "
                + (about.usableBytes().orElse(-1) > 0) + " error " + about.error());
        });
    }
}

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What the Java client has of the broker, step by step; one line of JSON for each step. */
public final class Client {
    private static final String TOPIC = "interop-java";
    private static final String GROUP = "group-java";
    private static final int PARTITIONS = 4;
    private static final int EACH = 100;
    private static final int COMMITTED = 50;
    private static final long SECONDS = 60;

    private interface Step {
        void run() throws Exception;
    }

    private static String bootstrap;
    private static final List<KafkaConsumer<String, String>> pair = new ArrayList<>();

    public static void main(String[] arguments) {
        bootstrap = arguments[1];
        Map<String, Step> steps = arguments[0].equals("before") ? before() : Map.of("resume_after_restart", Client::resume);
        steps.forEach((name, step) -> {
            try {
                step.run();
                System.out.println("{\"step\": \"" + name + "\", \"result\": \"passed\"}");
            } catch (Throwable error) {
                StringBuilder detail = new StringBuilder(error.toString());
                for (StackTraceElement frame : error.getStackTrace()) {
                    detail.append("\n  at ").append(frame);
                }
                String text = detail.toString().replace("\\", "\\\\").replace("\"", "'").replace("\n", "\\n")
                    .replaceAll("\\p{Cntrl}", " ");
                System.out.println("{\"step\": \"" + name + "\", \"result\": \"failed\", \"detail\": \"" + text + "\"}");
            }
        });
        System.exit(0);
    }

    private static Map<String, Step> before() {
        Map<String, Step> steps = new LinkedHashMap<>();
        steps.put("create_topic", Client::createTopic);
        steps.put("describe_configs", Client::describeConfigs);
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            steps.put("produce_" + codec, () -> produceAndRead(codec));
        }
        steps.put("idempotent", Client::idempotent);
        steps.put("list_offsets", Client::listOffsets);
        steps.put("group_of_two", Client::groupOfTwo);
        steps.put("rebalance", Client::rebalance);
        steps.put("commit", Client::commit);
        steps.put("describe_group", Client::describeGroup);
        steps.put("delete_topic", Client::deleteTopic);
        return steps;
    }

    private static void expect(boolean holds, Object what) {
        if (!holds) {
            throw new AssertionError(String.valueOf(what));
        }
    }

    private static void until(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!condition.getAsBoolean()) {
            expect(System.nanoTime() < deadline, "not within " + SECONDS + " s: " + what);
        }
    }

    private static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrap));
    }

    private static KafkaConsumer<String, String> consumer(String group) {
        return new KafkaConsumer<>(Map.of("bootstrap.servers", bootstrap, "group.id", group, "auto.offset.reset",
            "earliest", "enable.auto.commit", "false", "session.timeout.ms", "10000", "heartbeat.interval.ms", "1000",
            "max.poll.records", "100"),
            new StringDeserializer(), new StringDeserializer());
    }

    private static ProducerRecord<String, String> record(String topic, int partition, int number) {
        ProducerRecord<String, String> record = new ProducerRecord<>(topic, partition, "k" + number,
            partition + "-" + number + " " + "padding ".repeat(20));
        record.headers().add("n", Integer.toString(number).getBytes(StandardCharsets.UTF_8));
        record.headers().add("empty", new byte[0]).add("null", null);
        return record;
    }

    /** Sends count records and gives their offsets; the producer is what it is by default, idempotent. */
    private static List<Long> produce(String topic, int partition, int first, int count, Map<String, Object> settings)
        throws Exception {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", bootstrap);
        all.putIfAbsent("linger.ms", 5);
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (var producer = new KafkaProducer<String, String>(all, new StringSerializer(), new StringSerializer())) {
            for (int number = first; number < first + count; number++) {
                sent.add(producer.send(record(topic, partition, number)));
            }
        }
        List<Long> offsets = new ArrayList<>();
        for (Future<RecordMetadata> one : sent) {
            offsets.add(one.get(SECONDS, TimeUnit.SECONDS).offset());
        }
        return offsets;
    }

    private static void expectConsecutive(List<Long> offsets, long first) {
        for (int i = 0; i < offsets.size(); i++) {
            expect(offsets.get(i) == first + i, "offset " + offsets.get(i) + " at place " + i);
        }
    }

    private static void createTopic() throws Exception {
        try (Admin admin = admin()) {
            NewTopic topic = new NewTopic(TOPIC, PARTITIONS, (short) 1).configs(Map.of("retention.ms", "86400000"));
            var created = admin.createTopics(List.of(topic));
            created.all().get(30, TimeUnit.SECONDS);
            expect(created.numPartitions(TOPIC).get() == PARTITIONS, "the answer says how many partitions");
            var described = admin.describeTopics(List.of(TOPIC)).allTopicNames().get(30, TimeUnit.SECONDS).get(TOPIC);
            expect(described.partitions().size() == PARTITIONS, described);
            expect(described.topicId().equals(created.topicId(TOPIC).get()), "one topic id");
            try {
                admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get(30, TimeUnit.SECONDS);
                throw new AssertionError("a topic was created twice");
            } catch (java.util.concurrent.ExecutionException refused) {
                expect(refused.getCause() instanceof TopicExistsException, refused);
            }
        }
    }

    private static void describeConfigs() throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, TOPIC);
        try (Admin admin = admin()) {
            var config = admin.describeConfigs(List.of(resource)).all().get(30, TimeUnit.SECONDS).get(resource);
            expect(config.get("retention.ms").value().equals("86400000"), config.get("retention.ms"));
            expect(config.get("cleanup.policy").value().equals("delete"), config.get("cleanup.policy"));
            expect(config.get("cleanup.policy").isDefault(), config.get("cleanup.policy"));
            expect(admin.describeCluster().nodes().get(30, TimeUnit.SECONDS).size() == 1, "one node");
        }
    }

    private static void produceAndRead(String codec) throws Exception {
        String topic = "java-" + codec;
        expectConsecutive(produce(topic, 0, 0, 500, Map.of("compression.type", codec)), 0);
        List<ConsumerRecord<String, String>> received = new ArrayList<>();
        try (var reader = consumer("nobody")) {
            reader.assign(List.of(new TopicPartition(topic, 0)));
            reader.seekToBeginning(reader.assignment());
            until(() -> {
                reader.poll(Duration.ofMillis(200)).forEach(received::add);
                return received.size() >= 500;
            }, "all 500 come back");
        }
        expect(received.size() == 500, received.size());
        for (int i = 0; i < 500; i++) {
            ProducerRecord<String, String> sent = record(topic, 0, i);
            expect(received.get(i).key().equals(sent.key()) && received.get(i).value().equals(sent.value()), i);
            expect(received.get(i).headers().equals(sent.headers()), received.get(i).headers());
        }
    }

    private static void idempotent() throws Exception {
        Map<String, Object> settings = Map.of("enable.idempotence", true, "linger.ms", 0, "batch.size", 1000,
            "max.in.flight.requests.per.connection", 5);
        expectConsecutive(produce("java-idempotent", 0, 0, 2000, settings), 0);
    }

    private static void listOffsets() throws Exception {
        produce("java-times", 0, 0, 10, Map.of());
        TopicPartition place = new TopicPartition("java-times", 0);
        try (var reader = consumer("nobody")) {
            expect(reader.beginningOffsets(List.of(place)).get(place) == 0, "begins at 0");
            expect(reader.endOffsets(List.of(place)).get(place) == 10, "ends at 10");
            expect(reader.offsetsForTimes(Map.of(place, 1L)).get(place).offset() == 0, "the first after 1970");
            long later = System.currentTimeMillis() + 3_600_000;
            expect(reader.offsetsForTimes(Map.of(place, later)).get(place) == null, "none in an hour");
        }
    }

    private static void drain(List<KafkaConsumer<String, String>> consumers, Set<String> seen) {
        for (var one : consumers) {
            for (var record : one.poll(Duration.ofMillis(100))) {
                expect(seen.add(record.partition() + "@" + record.offset()), "twice: " + record);
            }
        }
    }

    private static void groupOfTwo() throws Exception {
        for (int i = 0; i < 2; i++) {
            pair.add(consumer(GROUP));
            pair.get(i).subscribe(List.of(TOPIC));
        }
        // Both join before there is anything: what one reads before the other joins, the other would read again.
        until(() -> {
            pair.forEach(one -> one.poll(Duration.ofMillis(50)));
            return pair.stream().allMatch(one -> one.assignment().size() == 2);
        }, "each of the two has two partitions");
        Set<TopicPartition> all = new HashSet<>(pair.get(0).assignment());
        all.addAll(pair.get(1).assignment());
        expect(all.size() == PARTITIONS, all);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            produce(TOPIC, partition, 0, EACH, Map.of());
        }
        Set<String> seen = new HashSet<>();
        until(() -> {
            drain(pair, seen);
            return seen.size() == PARTITIONS * EACH;
        }, "the two read everything once");
    }

    private static void rebalance() {
        pair.remove(1).close();
        until(() -> {
            pair.get(0).poll(Duration.ofMillis(50));
            return pair.get(0).assignment().size() == PARTITIONS;
        }, "one has all partitions");
    }

    private static void commit() {
        var one = pair.remove(0);
        Map<TopicPartition, OffsetAndMetadata> places = new HashMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            places.put(new TopicPartition(TOPIC, partition), new OffsetAndMetadata(COMMITTED, "by hand"));
        }
        // The client answers `committed` from a request that is under way, and one may be since the rebalance.
        places.keySet().forEach(one::position);
        one.commitSync(places);
        one.committed(places.keySet()).forEach((place, offset) ->
            expect(offset.offset() == COMMITTED && offset.metadata().equals("by hand"), place + " " + offset));
        one.close();
    }

    private static void describeGroup() throws Exception {
        try (Admin admin = admin()) {
            var listed = admin.listGroups().all().get(30, TimeUnit.SECONDS);
            expect(listed.stream().anyMatch(group -> group.groupId().equals(GROUP)), listed);
            var group = admin.describeConsumerGroups(List.of(GROUP)).all().get(30, TimeUnit.SECONDS).get(GROUP);
            expect(group.groupState() == GroupState.EMPTY, group);
            var offsets = admin.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata().get(30, TimeUnit.SECONDS);
            expect(offsets.size() == PARTITIONS, offsets);
        }
    }

    private static void deleteTopic() throws Exception {
        try (Admin admin = admin()) {
            admin.deleteTopics(List.of("java-none")).all().get(30, TimeUnit.SECONDS);
            until(() -> {
                try {
                    return !admin.listTopics().names().get(30, TimeUnit.SECONDS).contains("java-none");
                } catch (Exception error) {
                    throw new AssertionError(error);
                }
            }, "the topic is gone");
        }
    }

    private static void resume() throws Exception {
        Set<String> seen = new HashSet<>();
        try (var reader = consumer(GROUP)) {
            reader.subscribe(List.of(TOPIC));
            until(() -> {
                drain(List.of(reader), seen);
                return seen.size() >= PARTITIONS * (EACH - COMMITTED);
            }, "what was not committed");
        }
        expect(seen.size() == PARTITIONS * (EACH - COMMITTED), seen);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            expect(seen.contains(partition + "@" + COMMITTED) && seen.contains(partition + "@" + (EACH - 1)), seen);
        }
        expectConsecutive(produce(TOPIC, 0, EACH, 1, Map.of()), EACH);
    }
}
